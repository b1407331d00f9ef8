import Seasons
import Text

extension BoardWindows {
    static let members = ["windows", "time_zone", "week_starts", "from", "keep_days", "grace_seconds"]

    init(_ reader: inout DefinitionReader) {
        self.init()
        seasonal = Self.seasonal(&reader)
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
        if let value = reader.value("from") {
            anchor = value.string.flatMap(Anchor.init)
            if anchor == nil { reader.refuse("from must be a whole minute in UTC, as 2026-12-04T18:00:00Z") }
            if !seasonal.contains(where: { if case .every = $0.reset { true } else { false } }) {
                reader.refuse("from belongs to a window every <n>h: its hours are counted from there")
            }
        }
        guard seasonal.isEmpty, !reader.hasFaults else { return }
        // What would be forgotten by a board of one window.
        if self != BoardWindows() {
            reader.refuse(
                "time_zone, week_starts, keep_days and grace_seconds belong to windows that end, and there are none"
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
                reader.refuse("windows must begin with the one that never ends: its name is all, and its reset none")
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
            + (anchor.map { #""from":"\#($0)","# } ?? "")
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
