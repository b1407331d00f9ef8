import NIOCore

/// How the bytes for changes that returning subscribers may ask for are shared among the boards. Owned by the streams' loop.
///
/// The rings' bounds never add up to more than the budget. Once a second each ring is given room to grow to twice of what it
/// holds, and the long ones give way to the short ones; no event pays for it.
final class RingShares {
    /// A ring is given this much, where the budget allows it.
    static let least = 4096

    private let budget: Int
    private let eventLoop: any EventLoop
    private var homes: [Home] = []
    private var isDue = false

    init(budget: Int, eventLoop: any EventLoop) {
        self.budget = budget
        self.eventLoop = eventLoop
    }

    func add(_ home: Home) {
        homes.append(home)
        share()
        if homes.count > 1, !isDue { shareLater() }
    }

    func remove(_ home: Home) {
        homes.removeAll { $0 === home }
        share()
    }

    private func shareLater() {
        isDue = true
        eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { [weak self] in
            guard let self else { return }
            self.isDue = false
            self.share()
            if self.homes.count > 1 { self.shareLater() }
        }
    }

    private func share() {
        let bounds = Self.bounds(budget, used: homes.map(\.feed.ring.bytes))
        for (home, bound) in zip(homes, bounds) where home.feed.ring.maximumBytes != bound {
            home.feed.ring.maximumBytes = bound
        }
    }

    /// Each gets what it asks for, or what the longest ones are cut to; what nobody asks for is shared evenly.
    static func bounds(_ budget: Int, used: [Int]) -> [Int] {
        guard !used.isEmpty else { return [] }
        let wanted = used.map { max($0, least / 2) * 2 }
        var bounds = wanted
        var left = budget
        let ascending = wanted.indices.sorted { wanted[$0] < wanted[$1] }
        for (place, index) in ascending.enumerated() {
            bounds[index] = min(wanted[index], left / (ascending.count - place))
            left -= bounds[index]
        }
        return bounds.map { $0 + left / bounds.count }
    }
}
