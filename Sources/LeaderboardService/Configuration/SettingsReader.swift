import Text

/// One reading of the ``Settings``: each variable by its name, with its default and its bounds.
///
/// A value that is wrong is noted, and its default taken in its place, so that one reading finds all of them;
/// ``Settings/read(_:)`` throws what was noted. Owned by that call.
package final class SettingsReader {
    private let settings: Settings
    private(set) var faults: [InvalidSetting]
    /// Every name asked for so far: what `.env.example` is held against.
    private(set) var names: Set<String> = []
    /// What other users could read or change of the files that were read, each once.
    private(set) var exposedFiles: [ExposedFile] = []

    init(_ settings: Settings) {
        self.settings = settings
        faults = settings.file.faults
    }

    /// Notes that the variable is wrong. Of several reasons the first is kept.
    func refuse(_ name: String, _ reason: String) {
        guard !isRefused(name) else { return }
        faults.append(InvalidSetting(name: name, reason: reason, place: settings.place(of: name)))
    }

    /// Whether one of them is wrong; that another is missing then tells nothing new.
    func isRefused(_ names: String...) -> Bool {
        faults.contains { names.contains($0.name) }
    }

    func text(_ name: String) -> String? {
        names.insert(name)
        return settings.text(name)
    }

    func text(_ name: String, default fallback: String) -> String {
        text(name) ?? fallback
    }

    /// A secret: the variable itself, or the text of the file that `NAME_FILE` names.
    func secret(_ name: String) -> String? {
        let fileName = name + "_FILE"
        let direct = text(name)
        guard let path = text(fileName) else {
            if settings.place(of: name) != nil { note(secretFile: settings.file.path, of: "") }
            return direct.flatMap { oneLine($0, of: name, "it") }
        }
        guard direct == nil else {
            refuse(fileName, "is set, and \(name) as well: set one of the two")
            return nil
        }
        do {
            let text = try SmallFile.text(of: path, maximum: 65_536).trimmingBlanks()
            if text.isEmpty { refuse(fileName, "the file is empty") }
            note(secretFile: path, of: fileName)
            return text.isEmpty ? nil : oneLine(text, of: fileName, "the file")
        } catch {
            refuse(fileName, "the file \(error)")
            return nil
        }
    }

    /// A second line is another secret, or a comment, or the rest of one that `base64` has broken; others than we take another part of it.
    private func oneLine(_ text: String, of name: String, _ what: String) -> String? {
        guard text.unicodeScalars.contains(where: { $0 == "\n" || $0 == "\r" }) else { return text }
        refuse(name, "\(what) has several lines, and a secret is one")
        return nil
    }

    /// - Parameter name: of the variable that names it; empty: the file of settings.
    func note(secretFile path: String, of name: String) {
        guard !exposedFiles.contains(where: { $0.path == path }), let file = ExposedFile(path, of: name) else { return }
        exposedFiles.append(file)
    }

    func integer(_ name: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
        guard let value = text(name) else { return fallback }
        guard let number = Int(value), range.contains(number) else {
            refuse(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return number
    }

    /// A whole number of seconds.
    func seconds(_ name: String, default fallback: Duration, in range: ClosedRange<Int>) -> Duration {
        .seconds(integer(name, default: Int(clamping: fallback / .seconds(1)), in: range))
    }

    /// A whole number of milliseconds.
    func milliseconds(_ name: String, default fallback: Duration, in range: ClosedRange<Int>) -> Duration {
        .milliseconds(integer(name, default: Int(clamping: fallback / .milliseconds(1)), in: range))
    }

    func choice<Choice>(_ name: String, default fallback: Choice) -> Choice
    where Choice: RawRepresentable<String> & CaseIterable {
        guard let value = text(name) else { return fallback }
        guard let choice = Choice(rawValue: value.lowercased()) else {
            refuse(name, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
            return fallback
        }
        return choice
    }

    /// `true` or `false`, and false when unset.
    func flag(_ name: String) -> Bool {
        switch text(name)?.lowercased() {
        case nil, "false": return false
        case "true": return true
        default:
            refuse(name, "must be true or false")
            return false
        }
    }

    /// A comma-separated list; blanks around an entry do not count.
    func list(_ name: String) -> [String] {
        (text(name) ?? "").parts(at: ",").map { String($0).trimmingBlanks() }.filter { !$0.isEmpty }
    }
}
