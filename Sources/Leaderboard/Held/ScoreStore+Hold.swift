package import Board
package import NIOCore
import RedisClient
import Text

/// Who has put a user on hold, when and why.
package struct HeldByHand: Sendable, Equatable {
    package let actor: String
    /// Milliseconds since 1970.
    package let time: Int
    package let reason: String

    /// As the hash `holding` has it (`Functions/held.lua`); nil: another writer's.
    init?(stored text: String) {
        let (actor, rest) = text.cut(at: " ")
        guard let (time, reason) = rest?.cut(at: " "), let time = Int(time).flatMap(ScoreRange.checked), time >= 0,
            !actor.isEmpty, let reason
        else { return nil }
        (self.actor, self.time, self.reason) = (String(actor), time, String(reason))
    }
}

/// What became of a hold, or of its end.
package enum HoldChange: Sendable, Equatable {
    case done
    /// It was so before.
    case unchanged
    /// The board's definition does not have the rule ``PlausibilityRule/byHand``.
    case noRule
}

// Users on hold: all that is reported of them waits for review, on a board with the rule `by_hand`.
extension ScoreStore {
    private func holdMark(_ user: UserID) -> String { "hold \(user)" }

    /// - Parameter isHeld: from now on; false: no more. What waits goes on waiting.
    package func setOnHold(
        _ user: UserID,
        _ isHeld: Bool,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> HoldChange {
        let moreKeys = [keys.board, keys.at, keys.holding]
        let call = calls.operation("hold", user: user, by: act, [isHeld ? "1" : "0"], moreKeys: moreKeys)
        switch try await operate(call, on: eventLoop).first?.text {
        case "done": return .done
        case "unchanged": return .unchanged
        case "no_rule": return .noRule
        default: throw .outcomeUnknown("unexpected reply")
        }
    }

    /// Nil: the user is not on hold.
    package func onHold(_ user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> HeldByHand? {
        try await read(RedisCommand("HGET", keys.holding, holdMark(user)), on: eventLoop).text
            .flatMap(HeldByHand.init(stored:))
    }
}

/// What became of the rule ``PlausibilityRule/byHand`` that a board was to get.
package enum HoldRuleOutcome: Sendable, Equatable {
    case stored(BoardDefinition)
    /// As of any change of a definition.
    case refused(DefinitionOutcome)
}

extension Catalogue {
    private static let holdRuleTries = 5

    /// The board's definition has the rule by which who is put on hold is held. What another operator changes meanwhile stays.
    package func addHoldRule(
        to id: BoardID,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> HoldRuleOutcome {
        var outcome = DefinitionOutcome.otherVersion(nil)
        for _ in 0..<Self.holdRuleTries {
            let held = try await held(.board(id), on: eventLoop)
            guard var definition = held.definition else { return .refused(.otherVersion(nil)) }
            guard !definition.rules.contains(where: { $0.name == .byHand }) else { return .stored(definition) }
            definition.rules.append(PlausibilityRule(.byHand, .hold))
            outcome = try await store(definition, as: .board(id), inPlaceOf: held, on: eventLoop)
            switch outcome {
            case .stored(let definition): return .stored(definition)
            case .otherVersion: continue
            case .fixed, .fixedWindow, .boardsLimit, .onHold: return .refused(outcome)
            }
        }
        return .refused(outcome)
    }

    /// The rule goes with the last who was on hold. It stays where the definition is changed meanwhile, or somebody is put on hold.
    /// - Returns: whether it went.
    package func removeHoldRule(
        from store: ScoreStore,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        let name = DefinitionName.board(store.board.id)
        let held = try await held(name, on: eventLoop)
        guard case .stored(var definition) = held, definition.rules.contains(where: { $0.name == .byHand }),
            try await store.usersOnHold(limit: 1, on: eventLoop).users.isEmpty
        else { return false }
        definition.rules.removeAll { $0.name == .byHand }
        guard case .stored(let new) = try await self.store(definition, as: name, inPlaceOf: held, on: eventLoop) else {
            return false
        }
        return !new.rules.contains { $0.name == .byHand }
    }
}
