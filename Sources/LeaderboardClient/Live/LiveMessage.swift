import FoundationEssentials

/// A message of the live paths, as far as it is read here (`/asyncapi.json`).
struct LiveMessage: Decodable {
    let type: String
    let cursor: String?
    let window: String?
    let season: String?
    let from: Int?
    let until: Int?
    let now: Int?
    let total: Int?
    let frozen: Standings.Frozen?
    let scoreboard: [Row]?
    let changes: [Change]?
    let users: [Row]?
    let next: SeasonEnd.Next?

    /// - Returns: nil for what is none.
    init?(_ bytes: [UInt8]) {
        guard let message = try? JSONDecoder().decode(LiveMessage.self, from: Data(bytes)) else { return nil }
        self = message
    }

    /// `<epoch>:<seq>`
    var position: Position? { cursor.flatMap(Position.init) }

    struct Position: Equatable {
        /// Of another epoch are other standings.
        let epoch: String
        let seq: Int

        init?(_ cursor: String) {
            guard let colon = cursor.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
            let (epoch, digits) = (cursor[..<colon], cursor.utf8[colon...].dropFirst())
            guard (1...120).contains(epoch.utf8.count), epoch.utf8.allSatisfy(Self.allows),
                (1...16).contains(digits.count),
                digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let seq = String(digits).flatMap({ Int($0) }), LiveMessage.isSafe(seq)
            else { return nil }
            self.epoch = String(epoch)
            self.seq = seq
        }

        var cursor: String { "\(epoch):\(seq)" }

        private static func allows(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    /// What every reader of JSON reads exactly.
    static func isSafe(_ number: Int) -> Bool { (-9_007_199_254_740_991...9_007_199_254_740_991).contains(number) }
}

extension Row {
    /// Nil: it is not revealed, or none.
    var known: KnownRow? {
        guard let user, let score, LiveMessage.isSafe(score) else { return nil }
        return KnownRow(user: user, score: score)
    }
}

/// What a message is, whatever else it has.
struct LiveKind: Decodable {
    let type: String

    init?(_ bytes: [UInt8]) {
        guard let kind = try? JSONDecoder().decode(LiveKind.self, from: Data(bytes)) else { return nil }
        self = kind
    }
}

extension OwnPlace {
    init?(json bytes: [UInt8]) {
        guard let place = try? JSONDecoder().decode(OwnPlace.self, from: Data(bytes)) else { return nil }
        self = place
    }
}
