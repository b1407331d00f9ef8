import Leaderboard

extension OperatorService.Answer {
    /// What to do about a refusal with the command: the service's own words are for who sends requests.
    func refusalWords(of name: DefinitionName) -> String? {
        switch code {
        case "board_exists":
            "there is a definition \(name) already: leaderboard board change \(name) … changes it"
        case "board_not_found": "there is no definition \(name): leaderboard board create \(name) … makes one"
        case "board_not_empty":
            "\(name) has scores or an audit: leaderboard board delete \(name) --data deletes them as well, for good"
        case "version_mismatch", "version_required": "somebody else changes \(name) at the same time: ask again"
        case "fixed_field" where refusal?.message.hasPrefix("ties ") == true:
            "somebody is on \(name), or suspended from it: leaderboard admin change-ties … --board \(name) changes its ties, "
                + "where Redis can be reached"
        case "fixed_field": refusal.map { "\($0.message)" }
        case "main_stays": refusal.map { "\($0.message)" }
        default: nil
        }
    }
}
