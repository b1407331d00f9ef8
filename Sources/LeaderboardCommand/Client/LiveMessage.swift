import Text
import FoundationEssentials

/// A message of the live endpoints, as a client reads it.
struct LiveMessage: Decodable, Sendable {
    struct Standing: Decodable, Sendable, Equatable {
        let user: String
        let score: Int

        enum CodingKeys: String, CodingKey {
            case user = "user_id"
            case score
        }
    }

    struct Change: Decodable, Sendable {
        let user: String
        let score: Int
        let seq: Int

        enum CodingKeys: String, CodingKey {
            case user = "user_id"
            case score, seq
        }
    }

    let type: String
    let cursor: String
    /// Of a window that begins anew.
    let season: String?
    let from: Int?
    let scoreboard: [Standing]?
    let changes: [Change]?

    /// The board's update that this message brings a viewer up to.
    var seq: Int { Int(cursor.cut(atLast: ":").after).flatMap(Self.seq) ?? 0 }

    /// Whether each change follows the one before it in the sequence.
    var isAscending: Bool {
        let seqs = changes?.map(\.seq) ?? []
        return zip(seqs, seqs.dropFirst()).allSatisfy { $0 <= $1 }
    }

    /// A message that counts as no board does is none.
    struct Unbounded: Error {}

    init(json: [UInt8]) throws {
        self = try JSONDecoder().decode(LiveMessage.self, from: Data(json))
        let seqs = (changes?.map(\.seq) ?? []) + (from.map { [$0] } ?? [])
        guard seqs.allSatisfy({ Self.seq($0) != nil }) else { throw Unbounded() }
    }

    /// A place in a board's stream, 0 to 2^53 - 1; nil for what is none.
    static func seq(_ number: Int) -> Int? {
        (0...9_007_199_254_740_991).contains(number) ? number : nil
    }
}
