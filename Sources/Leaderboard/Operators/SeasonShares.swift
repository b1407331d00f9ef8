import Board
import Seasons

/// Which updates of a user counted in which of some seasons.
struct SeasonShares {
    private struct Share {
        let time: UInt64
        /// Of the seasons.
        var places: [Int]
    }

    private var membership: SeasonMembership
    /// Of each update, by its entry.
    private var shares: [AuditID: Share] = [:]

    /// - Parameter seasons: in the order in which Redis holds them.
    init(_ seasons: [WindowSeason]) {
        membership = SeasonMembership(seasons)
    }

    var seasons: [WindowSeason] { membership.seasons }

    /// One more entry of the board, in their order.
    mutating func follow(_ entry: AuditEntry) {
        membership.follow(entry)
        guard let filled = entry.filled, let place = seasons.firstIndex(where: { $0.name == filled }) else { return }
        for (id, share) in shares where seasons[place].runs(inMillisecond: share.time) && !share.places.contains(place)
        {
            shares[id]?.places.append(place)
        }
    }

    /// The audit tells all that counted in it, as far as it was read.
    func isWhole(_ place: Int) -> Bool { membership.isWhole(place) }

    /// An update of the user.
    mutating func count(_ entry: AuditEntry) {
        guard !seasons.isEmpty else { return }
        shares[entry.id] = Share(time: entry.time, places: membership.places(of: entry))
    }

    /// By their places among ``seasons``, in order.
    func places(of update: RevertedUpdate) -> [Int] { shares[update.id]?.places ?? [] }

    func has(_ update: RevertedUpdate, in place: Int) -> Bool {
        shares[update.id]?.places.contains(place) ?? false
    }
}
