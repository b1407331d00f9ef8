import Seasons
import Text

extension BoardWindows {
    static let members = ["windows", "time_zone", "week_starts", "from", "until", "keep_days", "grace_seconds"]

    init(_ reader: inout DefinitionReader) {
        self.init()
        let faults = reader.faults.count
        seasonal = Self.seasonal(&reader)
        let areSound = reader.faults.count == faults
        if let value = reader.value("time_zone") {
            if let zone = value.string.flatMap(ZoneName.init) {
                self.zone = zone
            } else {
                reader.refuse("time_zone must be UTC, or a name of the IANA database as Europe/Berlin")
            }
        }
        weekStart = reader.word("week_starts", default: weekStart)
        keepDays = reader.number("keep_days", in: Self.allowedKeepDays, default: keepDays)
        graceSeconds = reader.number("grace_seconds", in: Self.allowedGraceSeconds, default: graceSeconds)
        anchor = reader.minute("from")
        end = reader.minute("until")
        if areSound { checkTogether(&reader) }
        guard seasonal.isEmpty, !reader.hasFaults else { return }
        // What would be forgotten by a board of one window.
        if self != BoardWindows() {
            reader.refuse(
                "time_zone, week_starts, keep_days and grace_seconds belong to windows that end, and there are none"
            )
        }
    }

    /// What of several members does not go together. (Where a window itself is wrong, nobody knows yet what belongs to it.)
    private func checkTogether(_ reader: inout DefinitionReader) {
        let once = seasonal.filter { $0.reset == .once }
        let hasHours = seasonal.contains { if case .every = $0.reset { true } else { false } }
        if reader.value("from") != nil, once.isEmpty, !hasHours {
            reader.refuse(
                "from belongs to a window every <n>h, whose hours are counted from there, or once, which begins then"
            )
        }
        if reader.value("until") != nil, once.isEmpty {
            reader.refuse("until belongs to a window once, which ends then")
        }
        if once.count > 1 { reader.refuse("windows must have one once at most: it is when the board takes updates") }
        if !once.isEmpty {
            for (name, value) in [("from", anchor), ("until", end)] where value == nil && reader.value(name) == nil {
                reader.refuse("a window once needs \(name), as 2026-12-04T18:00:00Z")
            }
            if let anchor, let end, anchor >= end { reader.refuse("until must be later than from") }
            if let end, !Season.moments.contains(end.microseconds) { reader.refuse("until must be before 2252") }
        }
        if graceSeconds > 0, seasonal.contains(where: { $0.reset == .manual }) {
            reader.refuse(
                "grace_seconds must be 0 with a window manual, whose seasons end at once: take the window, or the grace"
            )
        }
    }

    private static func seasonal(_ reader: inout DefinitionReader) -> [WindowRule] {
        guard let value = reader.value("windows") else { return [] }
        guard let windows = value.array, windows.count <= maximumCount + 1 else {
            reader.refuse("windows must be a list of at most \(maximumCount + 1) windows")
            return []
        }
        var (rules, names): ([WindowRule], Set<WindowName>) = ([], [])
        for (place, window) in windows.enumerated() {
            guard let rule = rule(window, at: place, &reader) else { continue }
            if place == 0, rule.name != .all || rule.reset.ends {
                let others =
                    rule.reset.ends ? ", then \(rule.name): it is read and watched with ?window=\(rule.name)" : ""
                reader.refuse(
                    "windows must begin with the one that never ends, whose name is all, and whose reset is none\(others)"
                )
            } else if place > 0, !rule.reset.ends {
                reader.refuse("windows[\(place)].reset must be other than none: only the first window never ends")
            } else if !names.insert(rule.name).inserted {
                reader.refuse("windows[\(place)]: \(rule.name) is named twice")
            } else if place > 0 {
                rules.append(rule)
            }
        }
        return rules
    }

    private static func rule(_ value: JSONValue, at place: Int, _ reader: inout DefinitionReader) -> WindowRule? {
        guard let members = value.object else {
            reader.refuse("windows[\(place)] must be an object with name and reset")
            return nil
        }
        for member in members.members {
            guard let unknown = UnknownWord(in: [member.name], known: ["name", "reset"]) else { continue }
            reader.refuse("in windows[\(place)], " + unknown.words(as: "member"))
        }
        let name = members["name"]?.string.flatMap { WindowName($0) }
        if name == nil {
            reader.refuse(
                "windows[\(place)].name must be 1 to \(WindowName.maximumLength) characters of a-z 0-9 _ - . "
                    + "and begin with a letter or a digit"
            )
        }
        do {
            let reset = try reset(members["reset"])
            return name.map { WindowRule(name: $0, reset: reset) }
        } catch {
            reader.refuse("windows[\(place)].reset: \(error)")
            return nil
        }
    }

    private static func reset(_ value: JSONValue?) throws(InvalidReset) -> Reset {
        guard let value else { return .none }
        guard let text = value.string else { throw InvalidReset(reason: "not a string") }
        return try Reset(text)
    }

    /// As a definition has them, without what is as usual: nothing, where no window ends.
    var json: String {
        guard !seasonal.isEmpty else { return "" }
        return #""windows":\#(windowsJSON),"time_zone":"\#(zone.text)","week_starts":"\#(weekStart.rawValue)","#
            + (anchor.map { #""from":"\#($0)","# } ?? "") + (end.map { #""until":"\#($0)","# } ?? "")
            + #""keep_days":\#(keepDays),"grace_seconds":\#(graceSeconds),"#
    }

    /// The same with all that a board has, and the names that only boards with windows have where there are such.
    var shownJSON: String {
        seasonal.isEmpty
            ? #""windows":\#(windowsJSON),"time_zone":"UTC","keep_days":\#(keepDays),"grace_seconds":0,"# : json
    }

    private var windowsJSON: String {
        // A reset has no quotes in it, nor anything else that would have to be escaped.
        let others = seasonal.map { #",{"name":"\#($0.name)","reset":"\#($0.reset)"}"# }
        return #"[{"name":"all"}\#(others.joined())]"#
    }
}

extension DefinitionReader {
    /// Nil: it is left out, or refused.
    fileprivate mutating func minute(_ name: String) -> Anchor? {
        guard let value = value(name) else { return nil }
        let minute = value.string.flatMap(Anchor.init)
        if minute == nil { refuse("\(name) must be a whole minute in UTC, as 2026-12-04T18:00:00Z") }
        return minute
    }
}
