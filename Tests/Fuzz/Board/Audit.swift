import Board
import RedisClient

@testable import Leaderboard

extension FuzzTarget {
    static let audit = FuzzTarget(
        "audit",
        "audits: each line an id and name=value; hash=! is made to fit",
        dictionary: "audit",
        maximumBytes: 1024
    ) { input in
        let entries = AuditText.entries(input.textLines)
        let erased = entries.compactMap(\.erased)
        var footnotes = AuditFootnotes()
        footnotes.read(entries)
        let scores = BackupScores(["old": 5], at: entries.first?.id ?? .zero)
        var walk = AuditWalk(
            footnotes,
            older: Array(entries.prefix(entries.count % 3)),
            merge: AuditMerge(Array(entries.suffix(1)), without: Set(entries.dropFirst(5).prefix(1).map(\.id))),
            scores: scores,
            erasedNames: footnotes.erased(among: entries).mapValues(\.id)
        )
        walk.read(Array(entries.dropFirst(entries.count % 3)))
        walk.end(at: entries.last?.link, seq: entries.last?.seq ?? 0)
        promise(walk.chain.faults.count <= AuditChainWalk.maximumFaults, "faults that are told are bounded")
        promise(walk.tallies.count <= entries.count + 1, "a tally has an entry, or the backup's word")
        promise(walk.chain.places.allSatisfy { AcceptedPlace.all(in: $0.text) == [$0] }, "places last")
        promise(walk.chain.gap.map { AuditGap($0.text) == $0 } ?? true, "gaps last")

        var state = BoardState()
        var places = ErasurePlaces(erased: ErasedEntries(erased))
        for entry in entries {
            try? state.follow(entry)
            _ = places.before(entry).text
            places.pass(entry)
            promise(
                entry.link.map { AuditChain.Link($0.text) == $0 || $0.hash.utf8.contains(UInt8(ascii: "\n")) } ?? true,
                "links last"
            )
        }
        guard let user = entries.first.flatMap({ try? UserID($0.user) }) else { return }
        var history = RevertedHistory(user: user) {
            AuditFilter(user: user.rawValue, since: 0, until: 1 << 53).matches($0)
        }
        history.read(entries)
        var rules = BoardDefinition()
        if entries.count.isMultiple(of: 2) { (rules.order, rules.scores) = (.asc, -5...5) }
        let rest = history.rest(without: history.counting.prefix(3), by: rules)
        promise(rest?.score.map(ScoreRange.contains) ?? true, "what is left is a score")
    }
}

/// Entries as a person writes them.
private enum AuditText {
    static func entries(_ lines: [String]) -> [AuditEntry] {
        var place = AuditChain.Link.start
        return lines.compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let id = words.first.flatMap(AuditID.init) else { return nil }
            var entry = AuditEntry(id: id, fields: words.dropFirst().map(field))
            if entry["hash"] == "!" {
                let hash = AuditChain.hash(of: entry, after: place)
                let fields = entry.fields.map { $0.name == "hash" ? .init(name: "hash", value: hash) : $0 }
                entry = AuditEntry(id: id, fields: fields)
            }
            place = entry.link ?? place
            return entry
        }
    }

    private static func field(_ word: String) -> AuditEntry.Field {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return AuditEntry.Field(name: parts.first ?? "", value: parts.dropFirst().first ?? "")
    }
}
