package import Board
package import Seasons
import Text

/// Where users have scores by a board's rules: the board itself, or one season of it.
protocol RankedKeys: Sendable {
    /// Sorted set: user → score.
    var scores: String { get }
    /// What its ties need beside ``scores``.
    var at: String { get }
    /// Sorted set: suspended user → the score kept for them.
    var withheld: String { get }
}

/// Every key and channel of one board. The hash tag keeps them on one slot of a Redis Cluster.
package struct BoardKeys: RankedKeys {
    /// Sorted set: user → score.
    package let scores: String
    /// Counter of the board's updates.
    package let seq: String
    /// Identity of this life of the board; made together with `seq`.
    package let epoch: String
    /// Stream with one ``AuditEntry`` for each change of the board.
    package let audit: String
    /// How far ids of the audit ran ahead of Redis' clock, and the last id that did; there once one did.
    package let ahead: String
    /// How many entries of the audit there must be (`Functions/audit.lua`).
    let kept: String
    /// Hash and id of the audit's last entry: the end of its chain.
    package let chain: String
    /// Set of the users whose updates are refused.
    package let suspended: String
    /// Sorted set: suspended user → the score kept for him.
    package let withheld: String
    /// Sorted set of the seqs of the updates that were taken back, for earlier releases: the audit says it.
    package let reverted: String
    /// Sorted set: what another writer put on the board and is no user id, taken off it.
    package let foreign: String
    /// Set of the users whose erasure has begun, and has not ended.
    package let erasing: String
    /// The board's definition; not there: it is as the caller says.
    package let board: String
    /// Which seasons its windows are in; not there: none ends.
    package let seasons: String
    /// Stream: each season that has ended, once.
    package let ended: String
    /// Hash: window → the rule by which its seasons have been made, once one has begun (`Functions/define.lua`).
    let windows: String
    /// What its ties need beside `scores`: hash user → stamp, or sorted set of the scores that somebody has.
    package let at: String
    /// Hash: user → what the user says of itself (`Functions/metadata.lua`).
    package let meta: String
    /// What is shown of it while it is frozen (`Functions/freeze.lua`).
    package let frozen: String
    /// Sorted set: who is a member, where the board is for members (`Functions/board_members.lua`).
    let members: String
    /// Sorted set: seasons of a restore that are not in their places yet (`Functions/restore.lua`).
    let placing: String
    /// Stream: what other services want to be counted (`Functions/intake.lua`).
    package let intake: String
    /// Stream: what of it was not, and why.
    package let rejected: String
    /// The token bucket of all that is written into ``intake``.
    let intakeLimit: String
    /// Hash: who watches through which instance (`Functions/presence.lua`). It goes by itself, and is none of ``named``.
    let viewers: String
    /// Hash: rule of plausibility → how often it acted, or would have (`Functions/rules.lua`).
    let met: String
    /// Stream: updates that wait for an operator's word (`Functions/held.lua`).
    package let held: String
    /// Hash: user → how many of theirs wait.
    let holding: String
    /// Channel of ``BoardEvent``s.
    package let channel: String
    private let prefix: String
    let space: KeySpace
    /// What every user's ``limit(_:)`` begins with.
    let limitPrefix: String
    /// What every user's ``pace(_:)`` begins with.
    let pacePrefix: String
    /// The same of the users of an address.
    let addressPrefix: String

    package init(board: String, in space: KeySpace = .standard) {
        self.init(prefix: space.begin(of: board), space)
    }

    /// Where a board is loaded before it takes the place of the one that is there.
    init(loadingInto board: BoardID, in space: KeySpace) {
        self.init(prefix: space.begin(of: board.rawValue) + "restoring:", space)
    }

    private init(prefix: String, _ space: KeySpace) {
        self.prefix = prefix
        self.space = space
        limitPrefix = prefix + "limit:"
        pacePrefix = prefix + "pace:"
        addressPrefix = prefix + "from:"
        scores = prefix + "scores"
        seq = prefix + "seq"
        epoch = prefix + "epoch"
        audit = prefix + "audit"
        // These two as `Functions/audit.lua` makes them.
        ahead = audit + ":ahead"
        kept = audit + ":kept"
        chain = prefix + "chain"
        suspended = prefix + "suspended"
        withheld = prefix + "withheld"
        reverted = prefix + "reverted"
        foreign = prefix + "foreign"
        erasing = prefix + "erasing"
        board = prefix + "board"
        seasons = prefix + "seasons"
        ended = prefix + "ended"
        windows = prefix + "windows"
        at = prefix + "at"
        meta = prefix + "meta"
        frozen = prefix + "frozen"
        members = prefix + "members"
        placing = prefix + "placing"
        intake = prefix + "in"
        rejected = prefix + "rejected"
        intakeLimit = intake + ":limit"
        viewers = prefix + "viewers"
        met = prefix + "met"
        held = prefix + "held"
        holding = prefix + "holding"
        channel = prefix + space.channel
    }

    /// Every key that has a name of its own, but ``board`` and ``viewers``. Beside them are those of single users.
    var named: [String] {
        [
            scores, at, seq, epoch, audit, ahead, kept, chain, suspended, withheld, reverted, foreign, erasing, seasons,
            ended, frozen, placing, windows, meta, members, intake, rejected, intakeLimit, met, held,
            holding,
        ]
    }

    /// The two keys of the review queue.
    var queue: [String] { [held, holding] }

    /// What one season of a window is kept in.
    package func season(window: WindowName, id: String) -> SeasonKeys {
        SeasonKeys(prefix: "\(prefix)s:\(window):\(id):", window: window, id: id)
    }

    /// What the segments of one kind are kept in.
    package func segments(of kind: SegmentKind) -> SegmentKeys {
        SegmentKeys(prefix: "\(prefix)g:\(kind):")
    }

    /// Of keys that a board is loaded into: who holds it may load (`Functions/loading.lua`).
    var lease: String { name("lease") }

    /// Any key of the board.
    func name(_ rest: String) -> String { prefix + rest }

    /// The user's token bucket; gone when it is full. Where a board's rules know of the user, ``pace(_:)`` has what updates have taken.
    package func limit(_ user: UserID) -> String {
        limitPrefix + user.rawValue
    }

    /// What rules of plausibility know of the user, and the user's bucket; gone when they need it no longer.
    package func pace(_ user: UserID) -> String {
        pacePrefix + user.rawValue
    }

    /// There while a grant that counted might come again: the seq of its update.
    package func grant(_ grant: ScoreGrant) -> String {
        prefix + "grant:" + grant.id
    }

    /// The outcome stored for one idempotency key of one user. A `:` of the user id is written `%3A` here: otherwise
    /// user `a` with the key `b:c` would meet the key `c` of user `a:b`.
    package func idem(_ user: UserID, _ key: IdempotencyKey) -> String {
        idemPrefix(user) + key.rawValue
    }

    /// The outcome stored for a key of an update that somebody else made: it is theirs, for this user. No name and no key has a space.
    func idem(_ user: UserID, _ key: IdempotencyKey, by actor: UserID?) -> String {
        guard let actor else { return idem(user, key) }
        return "\(idemPrefix(user))\(actor.rawValue) \(key.rawValue)"
    }

    /// That of what waits, by which its retries are told what became of it; empty: it has none.
    func idem(of held: HeldEntry) -> [String] {
        held.idem.map { [idemPrefix(held.user) + $0] } ?? []
    }

    /// Behind ``idemPrefix(_:)``, no key has more.
    static let longestIdemRest = UserID.maximumLength + 1 + IdempotencyKey.maximumBytes

    /// The token bucket of a service that reports; gone when it is full.
    func reports(of service: UserID) -> String { "\(prefix)reports:\(service.rawValue)" }

    /// What the keys of all of a user's stored outcomes begin with. Nothing in it is special in a glob pattern.
    package func idemPrefix(_ user: UserID) -> String {
        let name =
            user.rawValue.utf8.contains(UInt8(ascii: ":"))
            ? user.rawValue.parts(at: ":").joined(separator: "%3A")
            : user.rawValue
        return "\(prefix)idem:\(name):"
    }
}

/// The keys of one season of a window, as those of the board itself.
package struct SeasonKeys: RankedKeys, Hashable {
    package let window: WindowName
    package let id: String
    /// Sorted set: user → score.
    package let scores: String
    /// What its ties need beside `scores`.
    package let at: String
    /// Sorted set: suspended user → the score kept for them.
    package let withheld: String

    var all: [String] { [scores, at, withheld] }

    fileprivate init(prefix: String, window: WindowName, id: String) {
        self.window = window
        self.id = id
        scores = prefix + "scores"
        at = prefix + "at"
        withheld = prefix + "withheld"
    }
}
