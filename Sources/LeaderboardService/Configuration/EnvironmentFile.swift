import Text

/// A `.env` file: its settings, and what is wrong with it, line by line.
///
/// It is read as docker (`--env-file`, compose), systemd (`EnvironmentFile=`) and POSIX shells read such a file, and what they
/// do not read alike is refused: a setting means the same wherever the file is used.
package struct EnvironmentFile: Sendable {
    static let maximumBytes = 65_536

    struct Entry: Sendable, Equatable {
        let value: String
        let line: Int
    }

    package let path: String
    private(set) var entries: [String: Entry] = [:]
    private(set) var faults: [InvalidSetting] = []

    /// There is one, and none of it can be read: what it sets is not known.
    var isUnreadable: Bool { faults.contains { $0.place == path } }

    /// Of the entries with a value, in the order of their lines.
    var names: [String] {
        entries.filter { !$0.value.value.isEmpty }.sorted { $0.value.line < $1.value.line }.map(\.key)
    }

    /// The file, which may be missing.
    package static func read(_ path: String) -> EnvironmentFile {
        do {
            return EnvironmentFile(path: path, bytes: try SmallFile.bytes(of: path, maximum: maximumBytes))
        } catch {
            var file = EnvironmentFile(path: path, bytes: [])
            if error != .missing { file.faults = [InvalidSetting(name: "", reason: error.description, place: path)] }
            return file
        }
    }

    init(path: String, bytes: [UInt8]) {
        self.path = path
        let text: String
        do {
            text = try SmallFile.text(bytes)
        } catch {
            faults = [InvalidSetting(name: "", reason: "\(error): save it as that", place: path)]
            return
        }
        // By scalars: CR and LF together are one `Character`.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() { take(line, number: index + 1) }
    }

    /// In capitals, as settings are.
    static func looksLikeSetting(_ name: String) -> Bool {
        name.utf8.allSatisfy { !$0.isSmallLetter }
    }

    func place(ofLine number: Int) -> String { "\(path), line \(number)" }

    private mutating func take(_ line: Substring.UnicodeScalarView, number: Int) {
        do throws(EnvironmentLine.Fault) {
            guard let (name, value) = try EnvironmentLine.setting(in: line) else { return }
            if let before = entries[name], before.value != value {
                throw EnvironmentLine.Fault(
                    name: name,
                    reason: "is set to something else on line \(before.line): take one of the two out"
                )
            }
            if entries[name] == nil { entries[name] = Entry(value: value, line: number) }
        } catch {
            // Half of a broken secret may look like a name.
            let name = Self.looksLikeSetting(error.name) ? error.name : ""
            faults.append(InvalidSetting(name: name, reason: error.reason, place: place(ofLine: number)))
        }
    }
}
