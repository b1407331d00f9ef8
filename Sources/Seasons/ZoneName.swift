import FoundationEssentials
import FoundationInternationalization
import Text

/// A time zone of the IANA database: `UTC`, `Europe/Berlin`.
package struct ZoneName: Hashable, Sendable {
    package static let utc = ZoneName(text: "UTC")

    package let text: String

    private init(text: String) {
        self.text = text
    }

    package init?(_ text: String) {
        guard text != "UTC" else {
            self = .utc
            return
        }
        // Others, as `GMT+1` and `EST`, have no rules, or do not say whose they are. (Not all names that hold are among
        // Foundation's known ones: Asia/Kolkata is not.)
        let parts = text.parts(at: "/")
        guard text.utf8.count <= 64, (2...3).contains(parts.count), parts.allSatisfy(Self.isPart),
            Self.zones != ObjectIdentifier(Never.self), TimeZone(identifier: text)?.identifier == text
        else { return nil }
        self.text = text
    }

    /// A static link leaves out what nothing names, and Foundation looks for its zones only when it runs: this is of the same piece of
    /// the library. Without it, the release build would have no zone.
    private static let zones = ObjectIdentifier(FloatingPointFormatStyle<Double>.self)

    private static func isPart(_ part: Substring) -> Bool {
        guard let first = part.utf8.first, first.isCapitalLetter else { return false }
        return part.utf8.allSatisfy { $0.isLetterOrDigit || "_-".utf8.contains($0) }
    }

    var zone: TimeZone { TimeZone(identifier: text) ?? .gmt }
}
