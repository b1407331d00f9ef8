import FoundationEssentials

/// Where settings come from: the process environment, then a `.env` file, then nowhere. An empty value counts as unset, and
/// blanks and line ends around a value do not count.
package struct Settings: Sendable {
    private let environment: [String: String]
    let file: EnvironmentFile

    package init(environment: [String: String], file: EnvironmentFile = EnvironmentFile(path: ".env", bytes: [])) {
        self.environment = environment
        self.file = file
    }

    /// Those of this process; the file may be missing.
    package static func load(file: String = ".env") -> Settings {
        Settings(environment: ProcessInfo.processInfo.environment, file: .read(file))
    }

    /// Reads a part of the configuration. What is wrong, in the part or in the file, is thrown all at once.
    package func read<Part>(_ body: (SettingsReader) -> Part) throws(InvalidSettings) -> Part {
        let reader = SettingsReader(self)
        let part = body(reader)
        guard reader.faults.isEmpty else {
            let unknown = unknownNames(known: ServiceConfiguration.variables)
            // What is missing may stand in a file that cannot be read.
            throw InvalidSettings(all: file.isUnreadable ? file.faults : reader.faults, unknownNames: unknown)
        }
        return part
    }

    func text(_ name: String) -> String? {
        [environment[name], file.entries[name]?.value].lazy.compactMap { $0?.trimmingBlanks() }.first { !$0.isEmpty }
    }

    /// The line of the file that the value comes from; nil if it comes from the environment, or there is none.
    func place(of name: String) -> String? {
        guard environment[name]?.trimmingBlanks().isEmpty ?? true else { return nil }
        return file.entries[name].map { file.place(ofLine: $0.line) }
    }

    /// Of all that is set in the environment.
    var environmentNames: [String] {
        environment.filter { !$0.value.trimmingBlanks().isEmpty }.keys.sorted()
    }
}

extension String {
    /// Without blanks and line ends at both ends.
    package func trimmingBlanks() -> String {
        let isBlank = { (scalar: Unicode.Scalar) in " \t\r\n".unicodeScalars.contains(scalar) }
        var text = unicodeScalars.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text = text.dropLast() }
        return String(text)
    }
}
