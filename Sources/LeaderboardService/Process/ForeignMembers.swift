import Leaderboard
import Logging
import Metrics
import RedisClient
import ServiceLifecycle
import Synchronization

/// Keeps boards to user ids. Another writer may have put anything into their sorted sets; what is no user of the board is moved to a
/// key beside it, so that ranks, offsets and counts are of users everywhere. Any number of instances may do it.
///
/// Of `main`, a step a second looks at the first places, where one disturbs most, and at a part of the rest: a board of 1,000,000 is
/// walked through in 70 minutes, for 1.5 ms of each second of Redis. Once any is found, the whole board is walked through at a
/// larger pace, in 2 minutes. Of the other boards, one that is in use is looked at each second, in turn, and where readers meet such
/// a member the board is walked through at once (``BoardReports``): a board that nobody uses costs nothing. With a board, the seasons
/// of its windows that run are walked through.
final class ForeignMembers: Service {
    private let redis: RedisConnections
    private let main: ScoreStore
    private let logger: Logger
    private let throttle = LogThrottle()
    private let moved: Counter
    /// Moved since the last line.
    private let untold = Atomic(0)

    /// Between two steps: usually, on a walk because of what was found, and right after something was found.
    private static let pauses = (
        usual: Duration.seconds(1), hurried: Duration.milliseconds(100), found: Duration.milliseconds(20)
    )
    /// Boards that are walked through at the larger pace, or of which a slow walk is under way.
    private static let maximumWalks = BoardReports.maximum

    init(redis: RedisConnections, main: ScoreStore, logger: Logger, metricsFactory: any MetricsFactory) {
        self.redis = redis
        self.main = main
        self.logger = logger
        moved = Counter(label: "foreign_members_moved", factory: metricsFactory)
    }

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown { [self] in
            try await redis.becomesConnected()
            await withDiscardingTaskGroup { group in
                group.addTask { try? await self.walkMain() }
                group.addTask { try? await self.walkBoardsInUse() }
                group.addTask { try? await self.walkBoardsWithFinds() }
            }
        }
    }

    private func walkMain() async throws {
        var walk = ForeignMembersWalk()
        while true {
            let found = await step(&walk, on: main)
            try await pause(after: found, walk)
        }
    }

    /// One board each second. What is found there is for the others.
    private func walkBoardsInUse() async throws {
        var walks: [BoardID: ForeignMembersWalk] = [:]
        while true {
            if let id = reports.nextUsed() {
                var walk = walks[id] ?? ForeignMembersWalk()
                if await step(&walk, on: store(of: id)) > 0 { reports.metForeign(id) }
                let isUnderWay = !walk.isAtStart && !walk.isHurried
                if walks.count >= Self.maximumWalks { walks.removeAll() }
                walks[id] = isUnderWay ? walk : nil
            }
            try await Task.sleep(for: Self.pauses.usual)
        }
    }

    /// Step by step in turn, until a whole walk through each has found nothing more.
    private func walkBoardsWithFinds() async throws {
        var waiting = BoardQueue(maximum: Self.maximumWalks)
        var walks: [BoardID: ForeignMembersWalk] = [:]
        while true {
            while waiting.count < Self.maximumWalks, let id = reports.nextForeign() {
                waiting.add(id)
                if walks[id] == nil { walks[id] = ForeignMembersWalk(isHurried: true) }
            }
            guard let id = waiting.next(), var walk = walks[id] else {
                try await Task.sleep(for: Self.pauses.usual)
                continue
            }
            let found = await step(&walk, on: store(of: id))
            if walk.isHurried { waiting.add(id) }
            walks[id] = walk.isHurried ? walk : nil
            try await Task.sleep(for: found > 0 ? Self.pauses.found : Self.pauses.hurried)
        }
    }

    private var reports: BoardReports { main.functions.reports }

    /// Its keys are all that is needed: the function reads the definition.
    private func store(of id: BoardID) -> ScoreStore {
        ScoreStore(main.functions, id, BoardDefinition())
    }

    /// - Returns: how many were moved.
    private func step(_ walk: inout ForeignMembersWalk, on store: ScoreStore) async -> Int {
        if walk.isAtStart { walk.begin(await store.runningSeasonKeys(on: redis.eventLoop)) }
        // Where Redis refuses, reading goes on: whoever reads passes over what is no user of the board.
        let step = try? await store.setAside(
            of: walk.season,
            from: walk.cursor,
            lookingAt: walk.count,
            on: redis.eventLoop
        )
        walk.took(step ?? SetAside(cursor: SetAside.start, moved: 0))
        guard let count = step?.moved, count > 0 else { return 0 }
        moved.increment(by: count)
        tell(count, movedTo: store.keys.foreign)
        return count
    }

    /// - Parameter place: of the last ones.
    private func tell(_ count: Int, movedTo place: String) {
        untold.add(count, ordering: .relaxed)
        guard throttle.countIfDue() != nil else { return }
        logger.warning(
            "members of the board that are no user ids were moved",
            metadata: ["count": "\(untold.exchange(0, ordering: .relaxed))", "to": "\(place)"]
        )
    }

    private func pause(after found: Int, _ walk: ForeignMembersWalk) async throws {
        let pause = walk.isHurried ? Self.pauses.hurried : Self.pauses.usual
        try await Task.sleep(for: found > 0 ? Self.pauses.found : pause)
    }
}
