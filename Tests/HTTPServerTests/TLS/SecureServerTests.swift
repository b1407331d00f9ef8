import Foundation
import NIOCore
import NIOSSL
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A server with a certificate")
struct SecureServerTests {
    @Test("speaks HTTPS and WSS, and keeps the connection")
    func secure() async throws {
        let own = try await TestCertificate()
        try await withServer(.secure(own)) { server in
            let connection = try await server.connect(tls: .trusting(own))
            #expect(try await connection.request("POST", "/echo", body: "hello").body == "hello")
            #expect(try await connection.request("GET", "/large?bytes=300000").body.utf8.count == 300_000)
            _ = try await connection.openWebSocket("/live?bytes=70000")
            #expect(try await connection.frame().payload.utf8.count == 70_000)
            try await connection.sendFrame(opcode: 8, [0x03, 0xE8])
            #expect(try await connection.frame().closeCode == 1000)
            #expect(try await connection.receiveToEnd() == "")
        }
    }

    @Test("gives the last answer whole before it closes")
    func close() async throws {
        let own = try await TestCertificate()
        try await withServer(.secure(own)) { server in
            let connection = try await server.connect(tls: .trusting(own))
            let last = try await connection.request("GET", "/large?bytes=300000", ["Connection": "close"])
            #expect(last.body.utf8.count == 300_000)
            #expect(try await connection.receiveToEnd() == "")
        }
    }

    @Test(
        "speaks TLS 1.2 and 1.3, and nothing older",
        arguments: [(TLSVersion.tlsv11, false), (.tlsv12, true), (.tlsv13, true)]
    )
    func versions(version: TLSVersion, isSpoken: Bool) async throws {
        let own = try await TestCertificate()
        var tls = TLSConfiguration.trusting(own)
        (tls.minimumTLSVersion, tls.maximumTLSVersion) = (.tlsv1, version)
        try await withServer(.secure(own)) { [tls] server in
            let answer = try? await server.connect(tls: tls).request("GET", "/hello")
            #expect(answer?.status == (isSpoken ? 200 : nil))
        }
    }

    @Test("does not answer plain HTTP, and does not wait for a handshake for ever")
    func noHandshake() async throws {
        let own = try await TestCertificate()
        var options = ServerOptions.secure(own)
        options.headTimeout = .milliseconds(300)
        try await withServer(options) { server in
            // Either may be closed before it has sent anything, where the machine is slow.
            let plain = try await server.connect()
            try? await plain.send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(try await !plain.receiveToEnd().contains("HTTP"))
            let silent = try await server.connect()
            try? await silent.send(ByteBuffer(bytes: [0x16, 0x03, 0x01]))
            #expect(try await silent.receiveToEnd() == "")
            // A handshake that a slow machine does not end in time is given up as well.
            try await until {
                (try? await server.connect(tls: .trusting(own)).request("GET", "/hello"))?.status == 200
            }
        }
    }

    @Test(
        "shows new connections the new certificate once the files have changed, and the old one while they are no use"
    )
    func reload() async throws {
        let (own, next) = (try await TestCertificate(), try await TestCertificate())
        var options = ServerOptions.secure(own)
        options.certificateCheckInterval = .milliseconds(20)
        let trustsOld = TLSConfiguration.trusting(own)
        try await withServer(options) { server in
            let before = try await server.connect(tls: trustsOld)
            #expect(try await before.request("GET", "/hello").status == 200)
            // A certificate without its key, then rubbish: the old one stays.
            let certificate = try Data(contentsOf: URL(filePath: next.certificate))
            for useless in [certificate, Data("rubbish".utf8), Data()] {
                try useless.write(to: URL(filePath: own.certificate))
                for _ in 1...10 {
                    try await Task.sleep(for: .milliseconds(10))
                    #expect(try await server.connect(tls: trustsOld).request("GET", "/hello").status == 200)
                }
            }
            try certificate.write(to: URL(filePath: own.certificate))
            try Data(contentsOf: URL(filePath: next.key)).write(to: URL(filePath: own.key))
            try await until {
                (try? await server.connect(tls: .trusting(next)).request("GET", "/hello").status) == 200
            }
            let late = try? await server.connect(tls: trustsOld).request("GET", "/hello")
            #expect(late == nil)
            #expect(try await before.request("GET", "/hello").status == 200)
        }
    }

    @Test("logs once that its files are of no use, however long they are, and once that they are well again")
    func loggedOnce() async throws {
        let own = try await TestCertificate()
        var options = ServerOptions.secure(own)
        options.certificateCheckInterval = .milliseconds(10)
        let log = LogRecorder()
        let certificate = try Data(contentsOf: URL(filePath: own.certificate))
        try await withServer(options, logger: log.logger) { server in
            for spell in 1...2 {
                try FileManager.default.removeItem(atPath: own.certificate)
                try await until { log.count("certificate not reloaded") == spell }
                // Missing or broken, it is one failure.
                try await Task.sleep(for: .milliseconds(100))
                try Data("rubbish".utf8).write(to: URL(filePath: own.certificate))
                try await Task.sleep(for: .milliseconds(100))
                #expect(log.count("certificate not reloaded") == spell)
                #expect(log.count("certificate reloaded") == spell - 1)
                // The same certificate as before.
                try certificate.write(to: URL(filePath: own.certificate), options: .atomic)
                try await until { log.count("certificate reloaded") == spell }
                try await Task.sleep(for: .milliseconds(50))
                #expect(log.count("certificate reloaded") == spell)
            }
            #expect(
                log.lines.contains(
                    "error certificate not reloaded, the one from before stays "
                        + "reason=certificate: the file cannot be read"
                )
            )
        }
    }

    @Test("does not start when its files are of no use, and says which of them, and why")
    func useless() async throws {
        let (own, other) = (try await TestCertificate(), try await TestCertificate())
        for (files, error) in [
            (
                TLSFiles(certificate: own.certificate, privateKey: other.key),
                TLSFilesError(file: .privateKey, reason: "the key is not that of the certificate")
            ),
            (
                TLSFiles(certificate: own.certificate, privateKey: own.certificate),
                TLSFilesError(
                    file: .privateKey,
                    reason: "the file holds no private key in PEM, or one with a passphrase"
                )
            ),
            (
                TLSFiles(certificate: own.key, privateKey: own.key),
                TLSFilesError(file: .certificate, reason: "the file holds no certificate in PEM")
            ),
            (
                TLSFiles(certificate: "/nowhere/cert.pem", privateKey: own.key),
                TLSFilesError(file: .certificate, reason: "the file cannot be read")
            ),
        ] {
            await #expect(throws: error) { try await withServer(.test { $0.tls = files }) { _ in } }
        }
    }
}

extension LogRecorder {
    fileprivate func count(_ message: String) -> Int { lines.count { $0.contains(" \(message)") } }
}

extension ServerOptions {
    static func secure(_ own: TestCertificate) -> ServerOptions {
        .test { $0.tls = TLSFiles(certificate: own.certificate, privateKey: own.key) }
    }
}
