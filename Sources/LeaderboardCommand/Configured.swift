import ArgumentParser
import LeaderboardService

/// What a person can mend (bad settings) ends the command with a line for each, and the exit code of a usage error; how the command is
/// called is not told, for that was right.
func configured<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch { throw refused(error) }
}

/// The same of what waits.
func configured<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch { throw refused(error) }
}

private func refused(_ error: any Error) -> any Error {
    switch error {
    case let error as InvalidSettings: failed("\(error)", code: ExitCode.validationFailure.rawValue)
    case let error as InvalidSetting: failed("\(error)", code: ExitCode.validationFailure.rawValue)
    default: error
    }
}
