import Board
import Leaderboard
import NIOCore
import Text

/// One row of Nakama's table `leaderboard_record`.
struct NakamaRecord {
    static let columns = ["leaderboard_id", "owner_id", "username", "score", "subscore", "metadata", "expiry_time"]

    let leaderboard: String
    let row: ImportedRow
    /// Equal scores are told apart by it there.
    let hasSubscore: Bool
    /// Something of what is said of the user cannot be kept here.
    let isNameless: Bool
    /// In seconds since 1970; 0: never.
    let expiry: Int

    init(_ row: ForeignTable.Row) throws(ForeignFault) {
        leaderboard = row["leaderboard_id"]
        let user: UserID
        do { user = try UserID(row["owner_id"]) } catch { throw ForeignFault("line \(row.line): owner_id: \(error)") }
        guard let score = Int(row["score"]).flatMap(ScoreRange.checked) else {
            throw ForeignFault("line \(row.line): \(user): score must be a whole number up to \(ScoreRange.limit)")
        }
        guard let subscore = Int(row["subscore"]) else {
            throw ForeignFault("line \(row.line): \(user): subscore must be a whole number")
        }
        guard let expiry = Int(row["expiry_time"]) else {
            throw ForeignFault(
                "line \(row.line): \(user): expiry_time must be in seconds, as the guide's command writes it"
            )
        }
        hasSubscore = subscore != 0
        self.expiry = expiry
        let (name, others) = (row["username"], row["metadata"])
        let metadata = Self.metadata(name, others) ?? Self.metadata(name, "") ?? Self.metadata("", others)
        isNameless = metadata == nil || metadata != Self.metadata(name, others)
        self.row = ImportedRow(line: row.line, user: user, score: score, metadata: metadata)
    }

    /// A name that the metadata have of their own goes before the user's.
    /// - Returns: nil where it is none that could be kept.
    private static func metadata(_ name: String, _ others: String) -> UserMetadata? {
        var members: [JSONObject.Member] = []
        if !others.isEmpty {
            guard let value = try? JSONValue(json: Array(others.utf8), maximumBytes: 1 << 16), let object = value.object
            else { return nil }
            members = object.members
        }
        if !name.isEmpty, !members.contains(where: { $0.name == "name" }) {
            members.insert(JSONObject.Member(name: "name", value: .string(name)), at: 0)
        }
        return try? UserMetadata(.object(JSONObject(members: members)))
    }
}
