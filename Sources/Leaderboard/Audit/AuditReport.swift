package import Board

/// What a verification of the audit found.
package struct AuditReport: Sendable, Equatable {
    /// A user whose score is not what the audit adds up to, whose suspension is not what it says, or whose score is not where it
    /// belongs: on the board, or withheld while the user is suspended.
    package struct Difference: Sendable, Equatable {
        package let user: UserID
        /// The score that is wrong; else the one that counts. Nil: neither on the board nor withheld.
        package let board: Int?
        package let isSuspended: Bool
        /// Of who is suspended.
        package let isHidden: Bool
        /// At the same moment.
        package let audit: Word
        /// At ``AuditReport/seen``, which may be later.
        package internal(set) var auditAtEnd: Word
        /// Among users of the same score, not in the order in which they came to it.
        package internal(set) var isMisplaced = false

        package var hasWrongScore: Bool {
            board.map { audit.sum ?? PointsSum($0) != PointsSum($0) } ?? audit.hasScore
        }
        /// The user has no score at all, and the audit says that there is one.
        package var lacksScore: Bool { board == nil && audit.hasScore }

        /// The user has a score, or is to have one.
        var concernsScore: Bool { board != nil || auditAtEnd.hasScore }

        package var hasWrongSuspension: Bool {
            if isSuspended, audit.isSuspended == true, let word = audit.isHidden { return word != isHidden }
            return audit.isSuspended.map { $0 != isSuspended } ?? false
        }
    }

    /// What an audit says of a user.
    package struct Word: Sendable, Equatable {
        /// Nil: no entry names the user, a backup tells of the suspension.
        package let sum: PointsSum?
        /// False: no entry gave the user one, be it 0.
        package let hasScore: Bool
        /// Nil: it does not tell.
        package let isSuspended: Bool?
        /// Of who is suspended by it; nil: it does not tell.
        package var isHidden: Bool?
        /// Seq of the change by which the user reached the score; nil: it does not tell, or nobody asks.
        var reached: Int?
    }

    /// Where the chain stands at its end, and the last entry that is there.
    struct End: Sendable, Equatable {
        let link: AuditChain.Link
        let last: AuditID
    }

    /// Points of a user that no entry of an audit tells of that is whole.
    package struct Unexplained: Sendable, Equatable {
        /// As the board has it: another writer may have put any bytes there.
        package let user: String
        package let points: Int
        /// What the audit adds up to, these points included; nil where no entry names the user.
        let auditAtEnd: PointsSum?
    }

    /// Users without history that are told by name.
    package static let maximumWithoutHistory = 100

    package internal(set) var entries = 0
    /// Of before there was a chain of hashes.
    package internal(set) var unchainedEntries = 0
    /// Erased entries of which it was not kept what stood before them: a change of that could not be found.
    package internal(set) var uncheckedErasures = 0
    /// The audit begins with the board's first change.
    package internal(set) var isWhole = false
    package internal(set) var faultCount = 0
    /// The first 100 of them.
    package internal(set) var faults: [AuditFault] = []
    /// Users whose audit begins with their first update.
    package internal(set) var wholeUsers = 0
    /// Users whose earlier entries were trimmed: what they had before them is taken from the first entry there is.
    package internal(set) var trimmedUsers = 0
    /// Users on the board of whom the audit knows nothing (any more). Unless it is whole, nothing can be said of their scores.
    package internal(set) var usersWithoutHistory = 0
    /// The first ``maximumWithoutHistory`` of them, by name. A rebuild keeps their scores.
    package internal(set) var someWithoutHistory: [String] = []
    /// All of them whose names are user ids, where changes are lost (``hasLostChanges``).
    var withoutHistory: [UserID] = []
    /// By user.
    package internal(set) var differences: [Difference] = []
    /// By user. A rebuild leaves them.
    package internal(set) var unexplained: [Unexplained] = []
    /// Members of a board with stamps that stand for nobody, by name: another writer put them there, or the key that confirms them was
    /// damaged. With their scores.
    package internal(set) var strays: [String: Int] = [:]
    /// Of a board whose equals share a rank without a gap: scores that are not where they are counted, or are and should not be.
    package internal(set) var wrongScores: [String] = []
    /// Of the last entry that was read.
    package internal(set) var seen = AuditID.zero
    /// Entries that the board lost and a backup has: a rebuild brings them back.
    package internal(set) var missing: MissingAudit?
    /// Places of which the audit tells that entries are lost there.
    package internal(set) var knownGaps = 0

    /// Places that are no fault, as an operator went on over them; and who did.
    package internal(set) var acceptedPlaces = 0
    package internal(set) var acceptances: [AuditAcceptance] = []
    /// Those of the faults that an operator can go on over.
    var places: [AcceptedPlace] = []
    /// Where the board remembers another end than the audit has: what it has.
    var wrongEnd: End?
    /// Users whose score is the backup's word: it has no entry of them, for they had been trimmed before.
    package internal(set) var fromBackup = 0
    /// Those of them who have entries since.
    var continued: Set<UserID> = []
    /// Users whose score the backup has, and who may have been erased since: nobody can tell. By name.
    package internal(set) var leftOut: [String] = []
    /// How many users were erased since the backup was made of whom nobody can tell who they were. The backup brings their names back,
    /// and may bring their scores: they must be erased again.
    package internal(set) var unclearErasures = 0
    /// Of whom the backup has entries and who was erased since, with the pseudonyms.
    var erasedNames: [String: String] = [:]
    /// The board begins with its first change behind what the backup has: its scores were lost with all else.
    package internal(set) var isBegunAnew = false

    /// The board lost its audit, or a part of it that a backup has.
    package var bringsAuditBack: Bool { missing != nil }

    /// Between what the backup has and what the board has, changes are lost: only the scores tell of them.
    package var hasLostChanges: Bool { missing?.isPart ?? false }

    /// Of users who say something of themselves.
    package internal(set) var profiles = 0
    /// Of users whom operators hold.
    package internal(set) var heldProfiles = 0

    /// Whose erasure has begun, and has not ended: it goes on, or it was interrupted. In their order.
    package internal(set) var erasing: [String] = []

    /// Of windows, those that hold and those that are kept.
    package internal(set) var seasons: [SeasonReport] = []

    /// Of each kind of segments that the board has.
    package internal(set) var segments: [SegmentReport] = []

    /// The board is frozen, and what it shows meanwhile is lost.
    package internal(set) var lacksFrozenRows = false

    package var isSound: Bool {
        faultCount == 0 && differences.isEmpty && unexplained.isEmpty && hasSoundRows && hasSoundSeasons
            && hasSoundSegments && !lacksFrozenRows
    }

    /// The rows of the board are what its ties need.
    package var hasSoundRows: Bool { strays.isEmpty && wrongScores.isEmpty }

    /// Users stand in their segments as on the board, and totals are what they come to.
    package var hasSoundSegments: Bool { segments.allSatisfy(\.isSound) }

    /// Whatever is wrong is a score, as another service may have written it: the chain holds, suspensions are the audit's, and nobody
    /// lost their score.
    package var onlyScoresDiffer: Bool {
        !isSound && faultCount == 0 && onlySeasonScoresDiffer && onlyOthersMovedInSegments && !lacksFrozenRows
            && !differences.contains { $0.hasWrongSuspension || $0.lacksScore || $0.isMisplaced }
    }

    /// Where users stand elsewhere in their segments than on the board, the board's score is one that another service wrote.
    private var onlyOthersMovedInSegments: Bool {
        guard !hasSoundSegments else { return true }
        var others = Set(differences.map(\.user.rawValue))
        others.formUnion(unexplained.map(\.user))
        others.formUnion(someWithoutHistory)
        return segments.allSatisfy { $0.onlyMoved && others.isSuperset(of: $0.moved.names) }
    }

    /// The same with what was found of these users alone.
    package func concerning(_ users: Set<UserID>) -> AuditReport {
        var report = self
        report.differences.removeAll { !users.contains($0.user) }
        report.unexplained.removeAll { (try? UserID($0.user)).map(users.contains) != true }
        return report
    }
}
