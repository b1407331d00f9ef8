/// The players of a pretended game: who scores next, and how much.
///
/// At any time one of them has a run of luck and scores as often as all the others together, so that ranks change all the
/// time, however far apart the scores have grown. Pure: time and chance come from the caller.
struct DemoCrowd {
    static let names = [
        "ada", "alan", "annie", "barbara", "claude", "dennis", "donald", "edsger", "fran", "grace", "guido", "hedy",
        "joan", "john", "katherine", "ken", "leslie", "linus", "margaret", "mary", "niklaus", "radia", "shafi",
        "sophie", "stephen", "tim", "tony", "vint", "whitfield", "yukihiro",
    ]

    private let players: [String]
    private let increases: ClosedRange<Int>
    /// Players whose token bucket is empty, until it is not.
    private var resting: [String: ContinuousClock.Instant] = [:]
    private var star = ""
    /// Updates of the star that are still to come.
    private var luck = 0

    /// - Parameter maximumIncrease: what the service allows in one update.
    init(players: Int, maximumIncrease: Int) {
        self.players = (0..<players).map { number in
            let round = number / Self.names.count
            return Self.names[number % Self.names.count] + (round == 0 ? "" : "-\(round + 1)")
        }
        let most = min(50, max(0, maximumIncrease))
        increases = min(1, most)...most
    }

    /// The next update; nil if all rest.
    mutating func next(
        at now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> (player: String, increase: Int)? {
        resting = resting.filter { $0.value > now }
        let awake = players.filter { resting[$0] == nil }
        if luck == 0 || resting[star] != nil {
            guard let chosen = awake.randomElement(using: &generator) else { return nil }
            // Half a minute at the usual pace, and less than a usual token bucket holds.
            (star, luck) = (chosen, .random(in: 15...40, using: &generator))
        }
        let isStars = Bool.random(using: &generator)
        if isStars { luck -= 1 }
        guard let player = isStars ? star : awake.randomElement(using: &generator) else { return nil }
        return (player, .random(in: increases, using: &generator))
    }

    /// The service asked this player to wait.
    mutating func rest(_ player: String, until time: ContinuousClock.Instant) {
        resting[player] = time
    }
}
