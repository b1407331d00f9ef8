import ArgumentParser
import LeaderboardService

/// What a person can mend (a bad setting) ends the command with one line of its reason.
func configured<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let error as InvalidSetting {
        throw ValidationError("\(error)")
    }
}
