import Board
import NIOHTTP1
import Synchronization

/// Bounds of batches (`REPORT_MAX_BATCHES`, `REPORT_MAX_BATCHES_PER_SERVICE`): how many are read at one time.
package struct ReportLimits: Sendable {
    var total, perService: Int

    init(_ settings: SettingsReader) {
        total = settings.integer("REPORT_MAX_BATCHES", default: 256, in: 1...100_000)
        perService = settings.integer("REPORT_MAX_BATCHES_PER_SERVICE", default: 64, in: 1...100_000)
    }
}

/// Counts the batches that are read now, in all and of each service. Any thread.
final class ReportPlaces: Sendable {
    private struct Taken {
        var total = 0
        var byService: [UserID: Int] = [:]
    }

    private let limits: ReportLimits
    private let taken = Mutex(Taken())

    init(_ limits: ReportLimits) {
        self.limits = limits
    }

    /// One more; ``leave(_:)`` is due for it.
    func enter(_ service: UserID) throws(Refusal) {
        let isFree = taken.withLock { taken in
            guard taken.total < limits.total, taken.byService[service, default: 0] < limits.perService else {
                return false
            }
            taken.total += 1
            taken.byService[service, default: 0] += 1
            return true
        }
        guard isFree else { throw .tooManyBatches }
    }

    func leave(_ service: UserID) {
        taken.withLock { taken in
            taken.total -= 1
            taken.byService[service] = taken.byService[service].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
    }
}

extension Refusal {
    static let tooManyBatches = Refusal(
        status: .serviceUnavailable,
        code: "too_many_batches",
        message: "As many batches are being read as may be at one time: send the next when one has ended.",
        retryAfter: 1
    )
}
