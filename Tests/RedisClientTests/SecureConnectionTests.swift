import Foundation
import NIOCore
import TestSupport
import Testing

@testable import RedisClient

@Suite("A rediss:// connection")
struct SecureConnectionTests {
    @Test("is made when the server's certificate is trusted and names the host, and not otherwise")
    func trust() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lb-tls-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (folder.appending(path: "cert.pem").path, folder.appending(path: "key.pem").path)
        _ = try await Launcher.shared.output(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out",
                certificate,
            ]
        )
        let port = PrivateRedisServer.Port.tls(certificate: certificate, key: key, authority: certificate)
        let server = try await PrivateRedisServer(port: port)
        let url = "rediss://localhost:\(server.port ?? 0)"
        var trusting = RedisOptions()
        trusting.certificateAuthorityFile = certificate
        try await withClient(url, trusting) { client, loop in
            let reply = try await client.send(RedisCommand("ECHO", "secret"), on: loop)
            #expect(reply.text == "secret")
        }
        let otherHost = "rediss://127.0.0.1:\(server.port ?? 0)"
        for (url, options, reason) in [
            (url, RedisOptions(), "TLS: the certificate is not trusted"),
            (otherHost, trusting, "TLS: the certificate is for another name"),
        ] {
            let log = LogRecorder()
            try await withClient(url, options, isReady: false, logger: log.logger) { client, _ in
                try await until { !log.lines.isEmpty }
                #expect(!client.isConnected)
            }
            #expect(log.lines.first == "warning redis connection failed reason=\(reason)")
        }
    }

    @Test(
        "shows its certificate to a server that wants one; without one, or with a strange one, the log says what is missing"
    )
    func clientCertificate() async throws {
        let (files, stranger) = (try await TestCertificate(), try await TestCertificate())
        let server = try await PrivateRedisServer(
            port: .tls(certificate: files.certificate, key: files.key, authority: files.certificate),
            arguments: ["--tls-auth-clients", "yes"]
        )
        let url = "rediss://localhost:\(server.port ?? 0)"
        var options = RedisOptions()
        options.certificateAuthorityFile = files.certificate
        options.clientCertificate = ClientCertificateFiles(certificate: files.certificate, key: files.key)
        try await withClient(url, options) { client, loop in
            let reply = try await client.send(RedisCommand("ECHO", "secret"), on: loop)
            #expect(reply.text == "secret")
        }
        for own in [nil, ClientCertificateFiles(certificate: stranger.certificate, key: stranger.key)] {
            options.clientCertificate = own
            let log = LogRecorder()
            try await withClient(url, options, isReady: false, logger: log.logger) { client, _ in
                try await until { !log.lines.isEmpty }
                #expect(!client.isConnected)
            }
            let first = log.lines.first ?? ""
            #expect(first.contains(own == nil ? "wants a client certificate" : "our certificate"), "\(first)")
            #expect(first.hasSuffix("(REDIS_CERTIFICATE_FILE)"), "\(first)")
        }
    }
}
