/// How the name under which a module records becomes a name in Prometheus.
///
/// A module names what it counts (`live_events`); that it is this service's, a counter, or in seconds is Prometheus' way of
/// naming and is added here where it is missing: `leaderboard_live_events_total`.
enum MetricName {
    enum Unit: String {
        case none = ""
        case total = "_total"
        case seconds = "_seconds"
    }

    static func prometheus(_ label: String, _ unit: Unit) -> String {
        let prefixed = label.hasPrefix(prefix) ? label : prefix + label
        return prefixed.hasSuffix(unit.rawValue) ? prefixed : prefixed + unit.rawValue
    }

    private static let prefix = "leaderboard_"
}
