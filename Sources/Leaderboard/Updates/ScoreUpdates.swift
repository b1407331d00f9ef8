package import Board
package import NIOCore
import Text

/// What one request wants of several boards of one user, as valid as it can be told without the boards:
/// `{"user_id":"12345","updates":[{"board":"speedrun","score":71},{"board":"coins","score_increase":5}]}`.
package struct ScoreUpdates: Sendable {
    /// One of them: what a body for its board alone has, without the user.
    package struct Wish: Sendable {
        package let board: BoardID
        private let members: JSONObject

        fileprivate init(board: BoardID, _ members: JSONObject) {
            self.board = board
            self.members = members
        }

        /// - Parameter definition: that of ``board``.
        package func update(by user: UserID, of definition: BoardDefinition) throws(ScoreUpdateError) -> BoardUpdate {
            try BoardUpdate(members, by: user, of: definition)
        }
    }

    /// Boards of one request, each once: two updates of one board could not have one idempotency key.
    package static let maximumCount = 20
    /// Larger bodies are refused unread: 20 updates with a grant each.
    package static let maximumJSONBytes = 32_768

    package let user: UserID
    package let wishes: [Wish]

    /// All that is wrong is told at once, in the order of the body; the fault is the first of them.
    package init(json: ByteBuffer) throws(ScoreUpdateError) {
        let object = try ScoreUpdate.object(json, maximumBytes: Self.maximumJSONBytes)
        var faults: [ScoreUpdateError] = []
        var user: UserID?
        do { user = try ScoreUpdate.user(of: object) } catch { faults.append(error) }
        var (wishes, named): ([Wish], Set<BoardID>) = ([], [])
        if let list = object["updates"]?.array, (1...Self.maximumCount).contains(list.count) {
            for (place, element) in list.enumerated() {
                do {
                    wishes.append(try Self.wish(element, at: place, &named))
                } catch { faults.append(error) }
            }
        } else {
            faults.append(ScoreUpdateError(.updates, "updates must be a list of 1 to \(Self.maximumCount) objects."))
        }
        guard let user, faults.isEmpty else { throw Self.together(faults) }
        self.user = user
        self.wishes = wishes
    }

    private static func wish(
        _ element: JSONValue,
        at place: Int,
        _ named: inout Set<BoardID>
    ) throws(ScoreUpdateError) -> Wish {
        let name = "updates[\(place)]"
        guard let members = element.object else { throw ScoreUpdateError(.updates, "\(name) must be an object.") }
        let board: BoardID
        do {
            board = try BoardID(members["board"]?.string ?? "")
        } catch {
            throw ScoreUpdateError(.boardName, "\(name).board: \(error)")
        }
        guard named.insert(board).inserted else {
            throw ScoreUpdateError(.updates, "\(name): board \(board) is named twice.")
        }
        do {
            _ = try BoardUpdate.change(members, .takingAnything)
        } catch {
            throw ScoreUpdateError(error.fault, "\(name): \(error.message)")
        }
        return Wish(board: board, members)
    }

    private static func together(_ faults: [ScoreUpdateError]) -> ScoreUpdateError {
        ScoreUpdateError(faults.first?.fault ?? .updates, faults.map(\.message).joined(separator: " "))
    }
}

extension BoardDefinition {
    /// Refuses only what is no change on any board.
    fileprivate static let takingAnything: BoardDefinition = {
        var definition = BoardDefinition()
        definition.operators = Set(Operator.allCases)
        definition.usualOperator = .best
        return definition
    }()
}
