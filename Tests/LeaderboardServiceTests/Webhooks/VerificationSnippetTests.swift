import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

/// What the README gives receivers, run as it stands there.
@Suite("The README's verification of webhooks", .timeLimit(.minutes(2)))
struct VerificationSnippetTests {
    struct Language: Sendable, CustomTestStringConvertible {
        let fence: String
        let command: [String]
        /// Behind the snippet: calls it with what is in the environment, and prints `true` or `false`.
        let call: String
        var testDescription: String { fence }
    }

    static let languages = [
        Language(
            fence: "python",
            command: ["python3", "-c"],
            call: """
                import json, os
                print(str(verify(os.environ["S"], json.loads(os.environ["H"]), os.environ["B"].encode())).lower())
                """
        ),
        Language(
            fence: "js",
            command: ["node", "-e"],
            call: "console.log(verify(process.env.S, JSON.parse(process.env.H), Buffer.from(process.env.B)));"
        ),
    ]

    @Test("takes what we sign, by one of two secrets, and nothing else", arguments: languages)
    func verify(language: Language) async throws {
        let there = try await shell([
            "sh", "-c", "command -v \(language.command[0]) > /dev/null && echo yes || echo no",
        ])
        // Without the interpreter there is nothing to run.
        guard there == "yes" else { return }
        let readme = try String(contentsOf: ShippedFiles.root.appending(path: "README.md"), encoding: .utf8)
        let blocks = readme.components(separatedBy: "```\(language.fence)\n").dropFirst()
        let snippets = blocks.compactMap { $0.components(separatedBy: "```").first }
        let snippet = try #require(snippets.first { $0.contains("verify(") })
        let (secret, other) = (HookReceiver.secret, WebhookSecret.made())
        let body = #"{"type":"ping","data":{"a":"ä 🏆"}}"#
        let now = Int(Date.now.timeIntervalSince1970)
        let cases: [(secret: String, time: Int, signed: Int, body: String, isTaken: Bool)] = [
            (secret, now, now, body, true), (WebhookSecret.made(), now, now, body, false),
            (secret, now - 400, now - 400, body, false), (secret, now, now - 1, body, false),
            (secret, now, now, body + " ", false),
        ]
        for one in cases {
            let secrets = [try WebhookSecret(other), try WebhookSecret(secret)]
            let headers = [
                "webhook-id": "msg_1", "webhook-timestamp": "\(one.time)",
                "webhook-signature": secrets.signatures(id: "msg_1", timestamp: one.signed, body: body),
            ]
            let json = String(decoding: try JSONEncoder().encode(headers), as: UTF8.self)
            let environment = ["S=\(one.secret)", "H=\(json)", "B=\(one.body)"]
            let output = try await shell(["env"] + environment + language.command + [snippet + "\n" + language.call])
            #expect(output == "\(one.isTaken)", "\(one)")
        }
    }
}
