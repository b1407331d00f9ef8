import Board
import Leaderboard

extension FuzzTarget {
    static let updates = FuzzTarget(
        "updates",
        "bodies of several updates of one user",
        dictionary: "json"
    ) { input in
        do throws(ScoreUpdateError) {
            let updates = try ScoreUpdates(json: input.buffer)
            promise((1...ScoreUpdates.maximumCount).contains(updates.wishes.count), "there are as many as there may be")
            promise(Set(updates.wishes.map(\.board)).count == updates.wishes.count, "each board is there once")
            promise((try? UserID(updates.user.rawValue)) == updates.user, "a user is valid")
            var definition = BoardDefinition()
            definition.maximumIncrease = 1000
            for wish in updates.wishes {
                promise((try? BoardID(wish.board.rawValue)) == wish.board, "a name is valid")
                guard let update = try? wish.update(by: updates.user, of: definition) else { continue }
                promise(
                    update.operation == .incr && (0...1000).contains(update.value),
                    "an update keeps to the board's rules"
                )
            }
        } catch {
            promise(!error.message.isEmpty, "what is refused has a reason")
        }
    }
}
