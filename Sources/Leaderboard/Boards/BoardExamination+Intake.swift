import NIOCore
import RedisClient

/// What is in the streams of a board's intake.
package struct IntakeCondition: Sendable, Equatable {
    /// Entries that nobody has read yet, and those that were rejected and are kept.
    package var waiting = 0
    package var rejected = 0
    /// Nobody will read what waits: the board's definition has no intake.
    package var isUnread = false
    /// Keys that hold something else.
    package var unsound: [String] = []
}

extension BoardExamination {
    func intake(
        _ keys: BoardKeys,
        _ definition: BoardDefinition?,
        on eventLoop: any EventLoop
    ) async -> IntakeCondition {
        let hasIntake = definition?.hasIntake ?? false
        var condition = IntakeCondition()
        condition.waiting = await length(of: keys.intake, &condition, on: eventLoop)
        if hasIntake { condition.rejected = await length(of: keys.rejected, &condition, on: eventLoop) }
        condition.isUnread = condition.waiting > 0 && !hasIntake
        if !hasIntake { condition.unsound = [] }
        return condition
    }

    private func length(of key: String, _ condition: inout IntakeCondition, on eventLoop: any EventLoop) async -> Int {
        if let length = await ask(RedisCommand("XLEN", key), on: eventLoop)?.integer { return max(0, length) }
        // Refused of a key that is there, it is no stream.
        if await ask(RedisCommand("EXISTS", key), on: eventLoop)?.integer == 1 { condition.unsound.append(key) }
        return 0
    }
}
