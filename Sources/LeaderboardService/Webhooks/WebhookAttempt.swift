import HTTPServer

/// What came of one delivery.
enum WebhookAttempt: Sendable, Equatable {
    /// 2xx.
    case delivered(status: Int)
    /// 410: the endpoint wants no more.
    case gone
    /// Any other answer, or none. A redirect is one: nobody follows it.
    /// - Parameters:
    ///   - reason: constant words, or the status.
    ///   - retryAfter: what the answer asks to wait, in milliseconds.
    case failed(reason: String, retryAfter: Int?)

    /// As ``connectionReason(of:)`` says it of a time-out.
    static let late = "it does not answer in time"

    /// - Parameter retryAfter: the header's value: whole seconds. A date is not kept to.
    init(status: Int, retryAfter: String?) {
        switch status {
        case 200..<300: self = .delivered(status: status)
        case 410: self = .gone
        default:
            // No wait that matters has more digits.
            let seconds = retryAfter.flatMap { IPAddress.decimal($0.utf8, maximumDigits: 9) }
            self = .failed(reason: "HTTP \(status)", retryAfter: seconds.map { $0 * 1000 })
        }
    }
}
