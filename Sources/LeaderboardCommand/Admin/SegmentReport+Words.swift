import Leaderboard
import Text

extension AuditReport {
    /// What was checked of segments, and what is wrong there.
    func showSegments() {
        guard !segments.isEmpty else { return }
        print("segments     \(segments.count.counted("kind")) checked")
        for report in segments where !report.isSound { report.show() }
    }

    /// In all kinds.
    var segmentFaults: Int { segments.reduce(0) { $0 + $1.faults } }
}

extension SegmentReport {
    fileprivate func show() {
        print("  \(kind): \(users.counted("user")), \(faults.counted("fault"))")
        show(
            moved,
            "stands elsewhere in the segment than on the board",
            "stand elsewhere in their segments than on the board"
        )
        show(lacking, "does not stand in the segment", "do not stand in their segments")
        show(
            records,
            "is not told to be in the segment, or in none that could be one",
            "are not told to be in their segments, or in none that could be one"
        )
        show(lost, "is in no segment, though the audit says so", "are in no segment, though the audit says so")
        show(strays, "member that is no user of the segment", "members that are no users of their segments")
        for total in wrongTotals {
            guard !total.value.isEmpty else {
                print("    totals of a kind that has none")
                continue
            }
            let (held, right) = (total.held?.description ?? "nothing", total.right?.description ?? "nothing")
            print("    \(kind):\(total.value.printable): the total is \(held), its users have \(right)")
        }
        let more = wrongTotalCount - wrongTotals.count
        if more > 0 { print("    … and \(more.counted("total")) more") }
    }

    private func show(_ found: Found, _ one: String, _ several: String) {
        guard found.count > 0 else { return }
        let more = found.count > found.names.count ? " and \(found.count - found.names.count) more" : ""
        let names = found.names.map(\.printable).joined(separator: ", ")
        print("    \(found.count) \(found.count == 1 ? one : several): \(names)\(more)")
    }
}
