import ArgumentParser
import LeaderboardService

/// What a person can mend (bad settings) ends the command with a line for each, and the exit code of a usage error.
func configured<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch { throw usage(error) }
}

/// The same of what waits.
func configured<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch { throw usage(error) }
}

private func usage(_ error: any Error) -> any Error {
    switch error {
    case let error as InvalidSettings: ValidationError("\(error)")
    case let error as InvalidSetting: ValidationError("\(error)")
    default: error
    }
}
