import Board
package import Text

extension PlausibilityRule {
    /// As a definition has it: what is by default is left out. Nothing in it has to be escaped.
    package var json: String {
        let members =
            switch bound {
            case .pointsLimit(let points, let interval): #""points":\#(points),"interval":"\#(interval)","#
            case .leastTime(let interval): #""interval":"\#(interval)","#
            case .largestOwnJump(let points, let times): #""against":"own","points":\#(points),"times":\#(times),"#
            case .largestJumpAhead(let points): #""against":"best","points":\#(points),"#
            case .firstDayCap(let points): #""points":\#(points),"#
            case .usersPerAddress(let users, let interval): #""users":\#(users),"interval":"\#(interval)","#
            case .byHand: ""
            }
        return #"{"rule":"\#(name.rawValue)",\#(members)"action":"\#(action.rawValue)""#
            + (reporters == .users ? "" : #","by":"\#(reporters.rawValue)""#) + (isDryRun ? #","dry_run":true}"# : "}")
    }

    /// Every member of any rule.
    private static let common = ["rule", "action", "by", "dry_run"]

    private static func members(of name: Name) -> [String] {
        switch name {
        case .pointsLimit: ["points", "interval"]
        case .leastTime: ["interval"]
        case .largestJump: ["against", "points", "times"]
        case .firstDayCap: ["points"]
        case .usersPerAddress: ["users", "interval"]
        case .byHand: []
        }
    }

    /// Nil: something is wrong with it, which the reader has been told.
    /// - Parameter place: what it is called there.
    fileprivate init?(_ value: JSONValue, called place: String, _ reader: inout DefinitionReader) {
        let faults = reader.faults.count
        let names = Name.allCases.map(\.rawValue).joined(separator: ", ")
        guard let object = value.object, let name = object["rule"]?.string.flatMap(Name.init(rawValue:)) else {
            reader.refuse("\(place) must be an object whose rule is one of \(names)")
            return nil
        }
        let known = Self.common + Self.members(of: name)
        for member in object.members {
            guard let unknown = UnknownWord(in: [member.name], known: known) else { continue }
            reader.refuse("in \(place), " + unknown.words(as: "member"))
        }
        func number(_ member: String, _ range: ClosedRange<Int>) -> Int {
            if let number = object[member]?.integer, range.contains(number) { return number }
            reader.refuse("\(place).\(member) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return range.lowerBound
        }
        func interval(_ range: ClosedRange<RuleInterval>) -> RuleInterval {
            if let interval = object["interval"]?.string.flatMap({ RuleInterval($0) }), range.contains(interval) {
                return interval
            }
            reader.refuse(
                "\(place).interval must be from \(range.lowerBound) to \(range.upperBound), such as 500ms, 2s, 30m, 1h or 7d"
            )
            return range.lowerBound
        }
        let points = 1...ScoreRange.limit
        let bound: Bound
        switch name {
        case .pointsLimit:
            bound = .pointsLimit(points: number("points", points), interval: interval(.seconds(1) ... .days(31)))
        case .leastTime: bound = .leastTime(interval(.millisecond ... .days(1)))
        case .firstDayCap: bound = .firstDayCap(points: number("points", points))
        case .byHand: bound = .byHand
        case .usersPerAddress:
            bound = .usersPerAddress(users: number("users", 1...1000), interval: interval(.seconds(1) ... .days(1)))
        case .largestJump:
            let most = number("points", 0...ScoreRange.limit)
            switch object["against"]?.string {
            case "own": bound = .largestOwnJump(points: most, times: number("times", 1...1000))
            case "best":
                if object["times"] != nil { reader.refuse("\(place).times belongs to a jump against own") }
                bound = .largestJumpAhead(points: most)
            default:
                reader.refuse("\(place).against must be own or best")
                return nil
            }
        }
        guard let action = object["action"]?.string.flatMap(Action.init(rawValue:)) else {
            reader.refuse("\(place).action must be refuse, hold or flag")
            return nil
        }
        let by = object["by"].map { $0.string.flatMap(Reporters.init(rawValue:)) } ?? .users
        if by == nil { reader.refuse("\(place).by must be users or all") }
        if name == .usersPerAddress, by == .all {
            reader.refuse("\(place).by must be users: what a service reports comes from the service's own address")
        }
        if name == .byHand, action != .hold || object["by"] != nil || object["dry_run"] != nil {
            reader.refuse(
                "\(place).action must be hold, and by and dry_run left out: it holds all that is reported of who is on hold"
            )
        }
        let isDryRun = object["dry_run"].map(\.bool) ?? false
        if isDryRun == nil { reader.refuse("\(place).dry_run must be true or false") }
        guard reader.faults.count == faults, let by, let isDryRun else { return nil }
        self.init(bound, action, by: by, isDryRun: isDryRun)
    }

    /// The rules of a definition, in their order.
    static func list(_ reader: inout DefinitionReader) -> [PlausibilityRule] {
        guard let value = reader.value("rules") else { return [] }
        guard let list = value.array, list.count <= longestList else {
            reader.refuse(tooMany)
            return []
        }
        var rules: [PlausibilityRule] = []
        for (index, element) in list.enumerated() {
            guard let rule = PlausibilityRule(element, called: "rules[\(index)]", &reader) else { continue }
            if rules.contains(where: { $0.label == rule.label }) {
                reader.refuse("rules[\(index)] is there twice: \(rule.label)")
            } else if rule.name == .usersPerAddress, rules.contains(where: { $0.name == .usersPerAddress }) {
                reader.refuse("rules must have one users_per_address at most")
            }
            rules.append(rule)
        }
        if rules.count(where: { $0.name != .byHand }) > maximumCount { reader.refuse(tooMany) }
        return rules
    }

    private static var tooMany: String {
        "rules must be a list of at most \(maximumCount) rules beside \(Name.byHand.rawValue)"
    }

    /// The member `rules` of an object, as a definition has it.
    package static func list(of object: JSONObject) throws(InvalidDefinition) -> [PlausibilityRule] {
        var reader = DefinitionReader(object)
        let rules = list(&reader)
        guard reader.faults.isEmpty else { throw InvalidDefinition(faults: reader.faults) }
        return rules
    }

    /// One of them.
    package init(json object: JSONObject) throws(InvalidDefinition) {
        var reader = DefinitionReader(object)
        guard let rule = PlausibilityRule(.object(object), called: "it", &reader) else {
            throw InvalidDefinition(faults: reader.faults)
        }
        self = rule
    }

    /// As a definition has them; nothing, where there are none.
    static func member(of rules: [PlausibilityRule]) -> String {
        rules.isEmpty ? "" : #""rules":\#(json(rules)),"#
    }

    package static func json(_ rules: [PlausibilityRule]) -> String {
        "[" + rules.map(\.json).joined(separator: ",") + "]"
    }
}
