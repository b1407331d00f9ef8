/// When a window begins anew: what stands as `reset` in a board's definition.
package enum Reset: Hashable, Sendable {
    case none
    case hourly
    case daily
    case weekly
    case monthly
    /// Each so many hours, whatever the clocks of the zone do.
    case every(hours: Int)
    case cron(CronSchedule)
    /// When an operator says so.
    case manual
    /// Never: there is one season, from the anchor of the board up to its end. It is when the board takes updates.
    case once

    /// 366 days.
    package static let allowedHours = 1...8784

    package static let maximumLength = 100

    package init(_ text: String) throws(InvalidReset) {
        guard text.utf8.count <= Self.maximumLength else {
            throw InvalidReset(reason: "longer than \(Self.maximumLength) bytes")
        }
        switch text {
        case "none": self = .none
        case "hourly": self = .hourly
        case "daily": self = .daily
        case "weekly": self = .weekly
        case "monthly": self = .monthly
        case "manual": self = .manual
        case "once": self = .once
        default:
            if text.hasPrefix("every ") {
                self = .every(hours: try Self.hours(text.dropFirst("every ".count)))
            } else if text.hasPrefix("cron ") {
                self = .cron(try CronSchedule(String(text.dropFirst("cron ".count))))
            } else {
                throw InvalidReset(reason: "none of \(Self.forms)")
            }
        }
    }

    static let forms = "none, hourly, daily, weekly, monthly, every <n>h, cron <5 fields>, manual and once"

    private static func hours(_ text: Substring) throws(InvalidReset) -> Int {
        guard text.hasSuffix("h"), let hours = Int(text.dropLast()), "\(hours)h" == text, allowedHours.contains(hours)
        else {
            throw InvalidReset(
                reason: "every <n>h takes whole hours from \(allowedHours.lowerBound) to \(allowedHours.upperBound)"
            )
        }
        return hours
    }

    /// Whether seasons of the window come to an end.
    package var ends: Bool { self != .none }
}

extension Reset: CustomStringConvertible {
    package var description: String {
        switch self {
        case .none: "none"
        case .hourly: "hourly"
        case .daily: "daily"
        case .weekly: "weekly"
        case .monthly: "monthly"
        case .every(let hours): "every \(hours)h"
        case .cron(let schedule): "cron \(schedule)"
        case .manual: "manual"
        case .once: "once"
        }
    }
}

/// Why a text is no ``Reset``.
package struct InvalidReset: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package var description: String { reason }
}
