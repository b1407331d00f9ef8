import Foundation
import Leaderboard
import Testing

@testable import LeaderboardService

/// Project Wycheproof's vectors (https://github.com/C2SP/wycheproof, testvectors_v1, Apache License 2.0), whole and unchanged.
private struct Vectors: Decodable {
    struct Group: Decodable {
        struct Test: Decodable {
            let tcId: Int
            let jws: String
            let result: String
        }

        let tests: [Test]
    }

    let testGroups: [Group]
}

@Suite("Wycheproof's vectors of web signatures and keys")
struct WycheproofTests {
    /// Vectors that a library may take and this service does not, each with why.
    static let refusedSignatures: [(Set<Int>, String)] = [
        ([264, 265, 266, 267], "RS384: the issue's algorithms are the five of JWSAlgorithm"),
        ([268, 269, 270, 271], "RS512: likewise"),
        ([320, 321, 322, 323], "PS384: likewise"),
        ([325, 326, 327, 328], "PS512: likewise"),
        ([346, 350], "PS384 by a key for PS256: a key has one algorithm"),
        ([347, 351], "ES512: not among the algorithms"),
        ([372, 373], "a character inserted that base64url does not have: only canonical base64url is taken"),
    ]
    static let refusedKeys: [(Set<Int>, String)] = [
        ([14], "HS384: not among the algorithms"),
        ([15], "HS512: likewise"),
    ]

    /// Marked invalid for padding which the text has lost: byte for byte they are the valid vector 357.
    static let mislabelled: Set<Int> = [367, 370]

    @Test("hold, but for those that are refused on purpose")
    func signatures() throws {
        let counts = try run("json_web_signature_test", refused: Self.refusedSignatures) { group in
            guard let jwk = group["public"] ?? group["private"] else { return nil }
            return Array(#"{"keys":[\#(jwk)]}"#.utf8)
        }
        #expect(counts == Counts(taken: 26, refusedOnPurpose: 22, refused: 353))
    }

    @Test("of key sets hold too")
    func keys() throws {
        let counts = try run("json_web_key_test", refused: Self.refusedKeys) { group in
            (group["public"] ?? group["private"]).map { Array($0.utf8) }
        }
        #expect(counts == Counts(taken: 3, refusedOnPurpose: 2, refused: 21))
    }

    struct Counts: Equatable {
        var taken = 0
        var refusedOnPurpose = 0
        var refused = 0
    }

    /// - Parameter keySet: the JWK set of a group, given its members as JSON texts.
    private func run(
        _ file: String,
        refused: [(Set<Int>, String)],
        keySet: ([String: String]) -> [UInt8]?
    ) throws -> Counts {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/\(file).json")
        let data = try Data(contentsOf: url)
        let vectors = try JSONDecoder().decode(Vectors.self, from: data)
        let texts = try #require(
            (JSONSerialization.jsonObject(with: data) as? [String: Any])?["testGroups"] as? [[String: Any]]
        )
        let onPurpose = refused.reduce(into: Set<Int>()) { $0.formUnion($1.0) }
        var counts = Counts()
        for (group, members) in zip(vectors.testGroups, texts) {
            let json = try members.filter { $0.value is [String: Any] }.mapValues {
                String(decoding: try JSONSerialization.data(withJSONObject: $0), as: UTF8.self)
            }
            let keys = keySet(json).flatMap { try? KeySet(json: $0, takesSecrets: true) }
            for test in group.tests {
                let isTaken = Self.verifies(test.jws, keys)
                if isTaken {
                    counts.taken += 1
                } else if onPurpose.contains(test.tcId) {
                    counts.refusedOnPurpose += 1
                } else {
                    counts.refused += 1
                }
                let isMislabelled = Self.mislabelled.contains(test.tcId) && test.jws == Self.jws(357, in: group)
                let expected = (test.result == "valid" || isMislabelled) && !onPurpose.contains(test.tcId)
                #expect(isTaken == expected, "\(file) \(test.tcId)")
            }
        }
        return counts
    }

    private static func jws(_ id: Int, in group: Vectors.Group) -> String? {
        group.tests.first { $0.tcId == id }?.jws
    }

    private static func verifies(_ jws: String, _ keys: KeySet?) -> Bool {
        guard let keys, let token = try? CompactJWS(jws), token.headerFault == nil else { return false }
        return keys.candidates(for: token).contains { $0.verifies(token) }
    }
}
