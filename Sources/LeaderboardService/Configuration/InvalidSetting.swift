/// A setting that the service refuses to start with. It names the variable, or the line of the file; it never repeats a value.
package struct InvalidSetting: Error, Equatable, CustomStringConvertible {
    /// Of the variable; empty where there is none: a line without a name, a whole file.
    package let name: String
    package let reason: String
    /// The file and the line it was read from; nil: the process environment, or nowhere.
    package let place: String?

    package init(name: String, reason: String, place: String? = nil) {
        self.name = name
        self.reason = reason
        self.place = place
    }

    /// `PORT: …`, `PORT (.env, line 3): …`, `.env, line 3: …`
    package var description: String {
        let subject = name.isEmpty ? place ?? "" : name + (place.map { " (\($0))" } ?? "")
        return "\(subject): \(reason)"
    }
}

/// All the settings of one reading that are wrong, in the order in which they were met; at least one.
package struct InvalidSettings: Error, Equatable, CustomStringConvertible {
    package let all: [InvalidSetting]
    /// What is set beside and has no effect: what is missing may stand there under a wrong name.
    package let unknownNames: [UnknownName]

    /// One line for each.
    package var description: String {
        (all.map(\.description) + unknownNames.map(\.description)).joined(separator: "\n")
    }
}
