import TestSupport
import Testing

@testable import HTTPServer

@Suite("A head of a client")
struct HostileHeadTests {
    private static let control = "GET /hello HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"

    @Test(
        "has its verdict: one answer a request, and no other is looked for where the framing is in doubt",
        arguments: HostileHead.harmless + HostileHead.framing + HostileHead.malformed + HostileHead.tooLarge
    )
    func verdict(head: HostileHead) async throws {
        try await withServer { server in
            // Behind it stands a request that is right: it is answered if, and only if, the connection is kept.
            let answers = try await server.answers(to: head.bytes + Self.control)
            #expect(answers.map(\.status) == head.statuses + (head.isKept ? [200] : []))
            for answer in answers where answer.status >= 400 { #expect(answer.json?["status"] as? String == "error") }
            #expect(answers.last?.headers["connection"] == "close")
            #expect(!server.events.all.contains("smuggled"))
        }
    }

    @Test(
        "has the same verdict wherever its bytes are cut",
        arguments: HostileHead.harmless + HostileHead.framing + HostileHead.malformed
    )
    func split(head: HostileHead) async throws {
        let bytes = Array((head.bytes + Self.control).utf8)
        var random = SeededGenerator(seed: UInt64(bytes.count))
        let cuts = (1...3).map { _ in Int.random(in: 1..<bytes.count, using: &random) }
        try await withServer { server in
            for cut in cuts {
                let connection = try await server.connect()
                try await connection.send(String(decoding: bytes[..<cut], as: UTF8.self))
                // The server may have closed by now.
                try? await connection.send(String(decoding: bytes[cut...], as: UTF8.self))
                let answers = try await connection.answersToEnd()
                #expect(answers.map(\.status) == head.statuses + (head.isKept ? [200] : []), "cut at \(cut)")
            }
        }
    }
}
