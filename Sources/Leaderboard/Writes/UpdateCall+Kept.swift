import Crypto
import Text

// What its idempotency key keeps of an update beside the operator and the value: a retry that says something else there is no retry.
extension UpdateCall {
    static let maximumKeptBytes = 72

    /// Whether there is any. Of an update that names no season, no segments and no metadata, nothing is worked out.
    var keepsMore: Bool {
        idempotencyKey != nil
            && (update.season != nil || update.metadata != nil || !(update.segments?.text.isEmpty ?? true))
    }

    /// The season alone as it is named; with segments or metadata a hash of all that is said (`Functions/write.lua`), which a point tells
    /// from a season.
    var keptText: String {
        let (season, segments) = (update.season?.text ?? "", update.segments?.text ?? "")
        guard update.metadata != nil || !segments.isEmpty else { return season }
        let said = [season, segments, update.metadata?.json ?? ""].joined(separator: "\n")
        return "." + Array(SHA256.hash(data: Array(said.utf8)).prefix(16)).hexadecimal
    }
}
