import NIOCore

@testable import Leaderboard

extension FuzzTarget {
    static let metadata = FuzzTarget(
        "metadata",
        "metadata of users: what is kept is read as the same, and holds nothing that may not be shown",
        dictionary: "json"
    ) { input in
        guard let metadata = try? UserMetadata(json: input.buffer, maximumBytes: 4096) else { return }
        let text = metadata.json
        promise(text.utf8.count <= UserMetadata.maximumBytes, "what is kept is bounded")
        promise(text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a control character is escaped")
        promise(UserMetadata(stored: text) == metadata, "what is kept is read as the same")
        promise(metadata.isEmpty == (text == "{}"), "nothing is said where there are no members")
    }
}
