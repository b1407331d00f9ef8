import Bounds
package import Configuration
import Synchronization
import SystemPackage

/// A configuration value that the service refuses to start with. It names the variable; it never repeats a secret's value.
package struct InvalidSetting: Error, CustomStringConvertible {
    package let name: String
    package let reason: String

    package var description: String { "\(name): \(reason)" }
}

/// Reads the service's variables, each by its environment name: the process environment first, then `.env` in the
/// working directory, then the default. An empty value counts as unset.
package struct Settings: Sendable {
    private let reader: ConfigReader
    private let seen = SeenNames()

    package init(reader: ConfigReader) {
        self.reader = reader
    }

    /// The process environment, then the file (which may be missing).
    package static func load(file: String = ".env") async throws -> Settings {
        Settings(
            reader: ConfigReader(providers: [
                EnvironmentVariablesProvider(),
                try await EnvironmentVariablesProvider(environmentFilePath: FilePath(file), allowMissing: true),
            ])
        )
    }

    /// Every name asked for so far: what `.env.example` is held against.
    package var namesRead: Set<String> { seen.names }

    func text(_ name: String) -> String? {
        seen.insert(name)
        let key = ConfigKey(name.lowercased().split(separator: "_").map(String.init))
        guard let value = reader.string(forKey: key), !value.isEmpty else { return nil }
        return value
    }

    func text(_ name: String, default fallback: String) -> String {
        text(name) ?? fallback
    }

    func integer(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws(InvalidSetting) -> Int {
        guard let value = text(name) else { return fallback }
        guard let number = Int(value), range.contains(number) else {
            throw InvalidSetting(
                name: name,
                reason: "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// A whole number of seconds.
    func seconds(
        _ name: String,
        default fallback: Duration,
        in range: ClosedRange<Int>
    ) throws(InvalidSetting) -> Duration {
        .seconds(try integer(name, default: Int(clamping: fallback / .seconds(1)), in: range))
    }

    /// A whole number of milliseconds.
    func milliseconds(
        _ name: String,
        default fallback: Duration,
        in range: ClosedRange<Int>
    ) throws(InvalidSetting) -> Duration {
        .milliseconds(try integer(name, default: Int(clamping: fallback / .milliseconds(1)), in: range))
    }

    func choice<Choice>(_ name: String, default fallback: Choice) throws(InvalidSetting) -> Choice
    where Choice: RawRepresentable<String> & CaseIterable {
        guard let value = text(name) else { return fallback }
        guard let choice = Choice(rawValue: value.lowercased()) else {
            let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw InvalidSetting(name: name, reason: "must be one of \(choices)")
        }
        return choice
    }

    /// `true` or `false`, and false when unset.
    func flag(_ name: String) throws(InvalidSetting) -> Bool {
        switch text(name)?.lowercased() {
        case nil, "false": return false
        case "true": return true
        default: throw InvalidSetting(name: name, reason: "must be true or false")
        }
    }

    /// A comma-separated list; spaces around an entry do not count.
    func list(_ name: String) -> [String] {
        (text(name) ?? "").split(separator: ",").map { $0.trimmingSpaces() }.filter { !$0.isEmpty }
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

/// The names that a ``Settings`` was asked for. Its lock is its owner; it is touched only while the service starts.
private final class SeenNames: Sendable {
    private let stored = Mutex<Set<String>>([])

    var names: Set<String> { stored.withLock { $0 } }

    func insert(_ name: String) {
        stored.withLock { _ = $0.insert(name) }
    }
}
