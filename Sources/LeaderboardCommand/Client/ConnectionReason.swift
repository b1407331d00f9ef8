import LeaderboardService

/// Why a service could not be asked, in words.
func reason(of error: any Error) -> String {
    switch error {
    case let error as LiveClient.Failure: "\(error)"
    case let error as CommandFailure: error.description
    default: connectionReason(of: error)
    }
}
