import Board
import Crypto
import Foundation
import Leaderboard
import NIOCore
import HTTPServer
import TestSupport
import Testing

@testable import LeaderboardService

/// The parsers that a stranger's bytes reach, with a fixed seed. Each run is held against another reader of the same format.
@Suite("Fuzzed")
struct FuzzTests {
    @Test("bodies are taken only where Foundation reads the same user and increase in them")
    func bodies() throws {
        var mutator = Mutator(
            seed: 4,
            corpus: [
                #"{"user_id":"12345","score_increase":50}"#, #" { "score_increase" : 0 , "user_id" : "a.b:c@d-e_f" } "#,
                #"{"x":[{"y":null},true,-1.5e+3,"\u00e9\ud83d\ude00\n"],"user_id":"\u0031","score_increase":1000}"#,
                #"{"user_id":"12345","score_increase":50,"grant":"a.b.c"}"#,
            ],
            words: [
                "\"user_id\"", "\"score_increase\"", "{", "}", "[", "]", ",", ":", "\"", "\\u0041", "\\ud800", "1e400",
                "50.5", "-0", "9007199254740993", "null", "\u{FEFF}", "\0", "//", "[[[[[[[[[",
            ]
        )
        var taken = 0
        for _ in 0..<20_000 {
            let body = mutator.next()
            guard let update = try? ScoreUpdate(json: ByteBuffer(bytes: body), maximumIncrease: 1000) else { continue }
            taken += 1
            let text = String(decoding: body, as: UTF8.self)
            let members = try #require(
                try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
                "Foundation reads no object in \(text)"
            )
            #expect(members["user_id"] as? String == update.user.rawValue, "\(text)")
            #expect(members["score_increase"] as? Int == update.increase.rawValue, "\(text)")
        }
        // About a third: the rest would be a run at the door.
        #expect((2000..<18_000).contains(taken))
    }

    @Test("tokens verify only as they were signed")
    func tokens() throws {
        let signers = [TestSigner.hs256(testSecret), TestSigner.es256, TestSigner.edDSA]
        let keys = try KeySet(
            json: Array(keySetJSON(TestSigner.es256.jwk(kid: "ec"), TestSigner.edDSA.jwk(kid: "ed")).utf8),
            takesSecrets: false
        )
        let secret = VerificationKey.hs256(SymmetricKey(data: Data(testSecret.utf8)))
        let good = try signers.flatMap { signer in
            try [nil, "ec", "ed"].map { try signer.token(kid: $0, claims: validClaims()) }
        }
        var mutator = Mutator(
            seed: 5,
            corpus: good,
            words: [".", "..", "=", "-", "_", "e30", "eyJhbGciOiJub25lIn0", "A", "AAAA", "\u{212A}"]
        )
        var taken = 0
        for _ in 0..<10_000 {
            let text = String(decoding: mutator.next(), as: UTF8.self)
            guard let token = try? CompactJWS(text) else { continue }
            guard (keys.candidates(for: token) + [secret]).contains(where: { $0.verifies(token) }) else { continue }
            taken += 1
            #expect(good.contains(text), "\(text)")
        }
        #expect(taken > 500)
    }

    @Test("addresses are taken where the system's own reader takes them, and mean the same")
    func addresses() throws {
        var mutator = Mutator(
            seed: 6,
            corpus: [
                "192.0.2.1", "255.255.255.255", "0.0.0.0", "::", "::1", "1::", "2001:db8::1:0:0:1", "fe80::1",
                "::ffff:192.0.2.1", "64:ff9b::192.0.2.33", "1:2:3:4:5:6:7:8", "abcd:EF01:2345:6789::",
            ],
            words: [":", "::", ".", "0", "00", "255", "256", "ffff", "10000", "%eth0", "[", "]", "/", " ", "１"]
        )
        var taken = 0
        for _ in 0..<20_000 {
            let bytes = mutator.next()
            // Where a C string ends, a text of ours does not.
            guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { continue }
            let ours = IPAddress(text)
            // The system also takes a zone, which an address of ours never has.
            if text.contains("%") {
                #expect(ours == nil, "\(text)")
                continue
            }
            let systems = try? SocketAddress(ipAddress: text, port: 0)
            #expect((ours == nil) == (systems == nil), "\(text)")
            guard let ours else { continue }
            taken += 1
            #expect(systems?.ipAddress.flatMap { IPAddress($0) } == ours, "\(text)")
            #expect(IPAddress(ours.description) == ours, "\(text)")
        }
        #expect((2000..<18_000).contains(taken))
    }

    @Test("headers cannot change what the proxy says, whatever stands before it")
    func forwarded() throws {
        let proxies = try TrustedProxies(["10.0.0.0/8", "fd00::/8"])
        var mutator = Mutator(
            seed: 7,
            corpus: [
                "198.51.100.1", "10.0.0.7, 198.51.100.1", "[2001:db8::1]:80", "fe80::1%eth0", "unknown", ", ,",
                "fd00::1",
            ],
            words: [",", ", ", "10.0.0.1", "fd00::2", "[", "]", ":80", "%", "\t", "unix", "\"", ";", "for="]
        )
        for _ in 0..<20_000 {
            // A header with a control character is refused before.
            let bytes = mutator.next().filter { $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") }
            let spoofed = String(decoding: bytes, as: UTF8.self)
            let entries = [("X-Forwarded-For", spoofed), ("X-Forwarded-For", "203.0.113.9, 10.0.0.2")]
            #expect(proxies.resolve(peer: "10.0.0.1", forwardedFor: try RequestHeaders(entries)) == "203.0.113.9")
            let joined = try RequestHeaders([("X-Forwarded-For", spoofed + ", 203.0.113.9")])
            #expect(proxies.resolve(peer: "fd00::1", forwardedFor: joined) == "203.0.113.9")
            #expect(proxies.resolve(peer: "192.0.2.1", forwardedFor: joined) == "192.0.2.1")
            // Alone it is believed as far as it is an address, and never more.
            let alone = proxies.resolve(peer: "10.0.0.1", forwardedFor: try RequestHeaders(Array(entries.prefix(1))))
            #expect(IPAddress(alone)?.description == alone, "\(spoofed)")
        }
    }
}
