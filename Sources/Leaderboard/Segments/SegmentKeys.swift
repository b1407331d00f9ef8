/// The keys of one kind of segments (`Functions/segments.lua`).
package struct SegmentKeys: Sendable, Hashable {
    /// Hash: user → where the user stands, and the value.
    package let users: String
    /// Sorted set, all of whose scores are 0: the segments' users in their order.
    package let places: String
    /// Sorted set: value → sum.
    package let totals: String

    init(prefix: String) {
        users = prefix + "users"
        places = prefix + "places"
        totals = prefix + "totals"
    }

    var all: [String] { [users, places, totals] }
}
