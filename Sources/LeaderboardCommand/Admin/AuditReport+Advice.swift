import Leaderboard

extension AuditReport {
    /// What to do about what was found, one sentence for each kind. The RUNBOOK has the same, with more words.
    var advice: [String] {
        var lines: [String] = []
        if faultCount > 0 {
            lines.append(
                "The audit does not hold together. With a backup of before: rebuild --from FILE. Without: accept."
            )
        }
        let lost = differences.count { $0.lacksScore }
        if lost > 0 { lines.append("\(lost.counted("user")) of the audit without a score: rebuild puts it back.") }
        if differences.contains(where: \.hasWrongSuspension) {
            lines.append("Suspensions are not what the audit says: rebuild puts that right.")
        }
        if differences.contains(where: \.isMisplaced) {
            lines.append("Users of one score are not in the order in which they came to it: rebuild puts that right.")
        }
        if !hasSoundRows {
            lines.append("Rows of the board are not what its ties need: rebuild puts that right, or adopt --all.")
        }
        if seasonDifferences > 0 {
            lines.append("Scores in seasons are not what the audit adds up to: rebuild puts that right.")
        }
        if seasonStrays > 0 {
            lines.append("Members of seasons stand for nobody: rebuild moves them away.")
        }
        if lacksFrozenRows {
            lines.append(
                "The board is frozen, and the rows that it shows meanwhile are lost: restore a backup of since, or reveal it, and freeze it as it is now."
            )
        }
        if !hasSoundSegments {
            lines.append("Segments are not what the board has of their users: rebuild puts that right.")
        }
        let hasOther =
            differences.contains { !$0.lacksScore && !$0.hasWrongSuspension && !$0.isMisplaced } || !unexplained.isEmpty
        if hasOther {
            lines.append(
                "\(faultCount == 0 ? "The audit is sound; scores" : "Scores") are not what it adds up to. "
                    + "If another service may write them: adopt. If not: rebuild\(unexplained.isEmpty ? "" : ", and suspend who has points of nowhere")."
            )
        }
        return lines
    }
}
