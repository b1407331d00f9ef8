import Board
import Leaderboard
import NIOCore
import NIOHTTP1
import Text

/// One update of a batch as it was sent: a body of the board's own path, and maybe its `id`.
enum ReportWish: Sendable {
    /// A line.
    case text(ByteBuffer)
    /// An element of a list.
    case value(JSONValue)

    /// What it says, as valid as it can be told without Redis.
    struct Read {
        /// Nil: it has none, or one that is none.
        let id: IdempotencyKey?
        let update: Result<BoardUpdate, Refusal>
    }

    /// Where there is no board to read the rest by.
    var id: IdempotencyKey? { read(BoardDefinition()).id }

    func read(_ definition: BoardDefinition) -> Read {
        let value: JSONValue
        switch self {
        case .text(let text):
            if definition.operators.contains(.incr),
                let usual = BoardUpdate.usualReport(text, maximumIncrease: definition.maximumIncrease)
            {
                return Read(id: usual.id, update: .success(usual.update))
            }
            do { value = try JSONValue(json: text, maximumBytes: ScoreUpdate.maximumJSONBytes) } catch {
                return Read(id: nil, update: .failure(.invalidLine("The line is not valid JSON: \(error).")))
            }
        case .value(let element): value = element
        }
        guard let object = value.object else {
            return Read(id: nil, update: .failure(.invalidLine("An update must be a JSON object.")))
        }
        do throws(Refusal) {
            let id = try Self.id(of: object)
            return Read(id: id, update: Self.update(object, definition))
        } catch {
            return Read(id: nil, update: .failure(error))
        }
    }

    private static func id(of object: JSONObject) throws(Refusal) -> IdempotencyKey? {
        guard let member = object["id"] else { return nil }
        guard let key = try? IdempotencyKey(member.string ?? "") else {
            throw Refusal(
                status: .badRequest,
                code: "invalid_idempotency_key",
                message: "id must be a string of 1 to 64 visible ASCII characters."
            )
        }
        return key
    }

    private static func update(_ object: JSONObject, _ definition: BoardDefinition) -> Result<BoardUpdate, Refusal> {
        do throws(ScoreUpdateError) {
            return .success(try BoardUpdate(object, by: try ScoreUpdate.user(of: object), of: definition))
        } catch {
            return .failure(Refusal(error))
        }
    }
}

extension Refusal {
    fileprivate static func invalidLine(_ message: String) -> Refusal {
        Refusal(status: .badRequest, code: "invalid_json", message: message)
    }
}
