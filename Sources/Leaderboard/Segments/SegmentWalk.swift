import Board
import NIOCore
import RedisClient
import Text

/// Goes through a board's segments, page by page, and finds what is not what the board has of their users (`Functions/segment_faults.lua`). The service
/// may run meanwhile: each page is of one moment. In memory it has a page, and of a segment of more users than that their scores.
struct SegmentWalk {
    enum Step: String, CaseIterable {
        case users, places, sums, totals

        var begin: String { self == .sums ? "" : "0" }
    }

    /// Members that one call looks at, about: a millisecond or two of Redis.
    static let pageSize = 2000
    private static let maximumAttempts = 5

    let store: ScoreStore
    /// By which what is found is mended; nil: nothing is written.
    var mending: OperatorAct?
    var pageSize = Self.pageSize
    let eventLoop: any EventLoop

    /// - Parameter backup: of whom the audit does not tell in which segments they are, this does.
    func run(_ backup: BackupSegments = BackupSegments()) async throws(ScoreStoreError) -> [SegmentReport] {
        var reports: [SegmentReport] = []
        let kinds = store.board.definition.segments.kinds
        guard !kinds.isEmpty else { return [] }
        var lost = try await LostMembers(store, backup, on: eventLoop)
        for kind in kinds {
            var report = SegmentReport(kind)
            if let mending {
                report.broughtBack = try await lost.bringBack(of: kind, by: mending)
            } else {
                for user in try await lost.users(of: kind) { report.lost.note(user.user.rawValue) }
            }
            for step in Step.allCases { try await take(step, into: &report) }
            reports.append(report)
        }
        return reports
    }

    private func take(_ step: Step, into report: inout SegmentReport) async throws(ScoreStoreError) {
        var cursor = step.begin
        repeat {
            let page = try Page(reply: try await ask(step, report.kind, from: cursor))
            if step == .users { report.users += page.count }
            for fault in page.faults {
                if fault.what == .great {
                    try await addUp(fault.name, into: &report)
                } else {
                    report.note(fault)
                }
            }
            cursor = page.next
        } while cursor != step.begin
    }

    /// - Parameter words: kind, step, cursor and count.
    private static func faults(_ keys: BoardKeys, _ kind: SegmentKind, _ words: [String]) -> RedisCommand {
        let own = keys.segments(of: kind)
        var call = RedisCommand("FCALL_RO", "leaderboard_segment_faults", "7")
        for word in own.all + [keys.scores, keys.at, keys.withheld, keys.board] + words { call.append(word) }
        return call
    }

    /// A page for who is no ``ScoreStore``.
    static func faults(_ keys: BoardKeys, _ kind: SegmentKind, _ step: Step, from cursor: String) -> RedisCommand {
        faults(keys, kind, [kind.rawValue, step.rawValue, cursor, String(pageSize)])
    }

    private func ask(_ step: Step, _ kind: SegmentKind, from cursor: String) async throws(ScoreStoreError) -> RESPValue
    {
        let words = [kind.rawValue, step.rawValue, cursor, String(pageSize)]
        if let mending {
            return .array(try await store.operate(store.calls.rebuildSegments(words, by: mending), on: eventLoop))
        }
        return try await store.read(Self.faults(store.keys, kind, words), on: eventLoop)
    }

    /// Of a segment of which one call does not go through all members: those who change meanwhile are read again, until what is known and
    /// the total are of one moment.
    private func addUp(_ value: String, into report: inout SegmentReport) async throws(ScoreStoreError) {
        for _ in 0..<Self.maximumAttempts {
            guard let (held, right) = try await sum(of: value, report.kind) else { continue }
            guard held != right else { return }
            report.note(SegmentReport.WrongTotal(value: value, held: held, right: right))
            // By as much as it is wrong, whatever is added meanwhile.
            guard let mending else { return }
            let lack = right - (held ?? 0)
            let call = store.calls.rebuildSegments([report.kind.rawValue, "add", value, lack.halves], by: mending)
            _ = try await store.operate(call, on: eventLoop)
            return
        }
        throw .unavailable("operators change the board meanwhile: ask again")
    }

    /// Nil: something happened meanwhile that the audit does not tell by user.
    private func sum(
        of value: String,
        _ kind: SegmentKind
    ) async throws(ScoreStoreError) -> (held: PointsSum?, right: PointsSum)? {
        let keys = store.keys.segments(of: kind)
        var seen = try await store.lastAuditID(on: eventLoop).description
        var (scores, cursor): ([String: Int], String) = ([:], "")
        repeat {
            let call = RedisCommand(
                "FCALL_RO",
                "leaderboard_segment_rows",
                "2",
                keys.places,
                store.keys.board,
                value,
                cursor,
                String(pageSize)
            )
            let page = try ScanPage(reply: try await store.read(call, on: eventLoop))
            Self.take(page.words[...], into: &scores)
            cursor = page.next
        } while !cursor.isEmpty
        while true {
            let call = RedisCommand(
                "FCALL_RO",
                "leaderboard_segment_changes",
                "3",
                keys.users,
                keys.totals,
                store.keys.audit,
                value,
                seen
            )
            guard let words = try await store.read(call, on: eventLoop).array else {
                throw .unavailable("unexpected reply")
            }
            guard words.count >= 3, let last = words[0].text, let hasMore = words[1].integer, let total = words[2].text
            else { return nil }
            Self.take(words.dropFirst(3), into: &scores)
            seen = last
            if hasMore == 0 {
                return (PointsSum(halves: total), scores.values.reduce(into: PointsSum()) { $0 += $1 })
            }
        }
    }

    /// - Parameter words: of each user the name, and the score in the segment; where that is none, the user is not in it.
    private static func take(_ words: ArraySlice<RESPValue>, into scores: inout [String: Int]) {
        var rest = words
        while let user = rest.popFirst(), let score = rest.popFirst() {
            if let user = user.text { scores[user] = score.score }
        }
    }
}

extension SegmentWalk {
    struct Page {
        struct Fault {
            enum What: String { case record, moved, place, stray, total, great }

            let what: What
            let name: String
            let held: PointsSum?
            let right: PointsSum?
        }

        let next: String
        let count: Int
        let faults: [Fault]

        init(reply: RESPValue) throws(ScoreStoreError) {
            guard let parts = reply.array, parts.count == 3, let next = parts[0].text, let count = parts[1].count,
                let words = parts[2].array, words.count.isMultiple(of: 4)
            else { throw .unavailable("unexpected reply") }
            (self.next, self.count) = (next, count)
            var faults: [Fault] = []
            for index in stride(from: 0, to: words.count, by: 4) {
                guard let what = words[index].text.flatMap(Fault.What.init), case .string(let name) = words[index + 1]
                else { throw .unavailable("unexpected reply") }
                let halves = words[(index + 2)...(index + 3)].map { $0.text.flatMap { PointsSum(halves: $0) } }
                faults.append(
                    Fault(
                        what: what,
                        name: String(decoding: name, as: UTF8.self),
                        held: halves[0],
                        right: halves[1]
                    )
                )
            }
            self.faults = faults
        }
    }
}

extension SegmentReport {
    fileprivate mutating func note(_ fault: SegmentWalk.Page.Fault) {
        switch fault.what {
        case .record: records.note(fault.name)
        case .moved: moved.note(fault.name)
        case .place: lacking.note(fault.name)
        case .stray: strays.note(fault.name)
        case .total: note(WrongTotal(value: fault.name, held: fault.held, right: fault.right))
        case .great: break
        }
    }
}

extension ScoreStore {
    /// Makes the segments what the board has of their users: places and totals from scores and memberships, and a membership that is lost from
    /// what the audit tells, or a backup, or from the place. The service may run meanwhile. An entry of the audit tells it.
    /// - Returns: how much was put right.
    func rebuildSegments(
        _ backup: BackupSegments,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Int {
        let reports = try await SegmentWalk(store: self, mending: act, eventLoop: eventLoop).run(backup)
        let count = reports.reduce(0) { $0 + $1.faults + $1.broughtBack }
        if count > 0, let kind = reports.first?.kind {
            _ = try await operate(
                calls.rebuildSegments([kind.rawValue, "done", "", String(count)], by: act),
                on: eventLoop
            )
        }
        return count
    }
}

extension StoreCalls {
    func rebuildSegments(_ words: [String], by act: OperatorAct) -> RedisCommand {
        operation("rebuild_segments", user: nil, by: act, words)
    }
}
