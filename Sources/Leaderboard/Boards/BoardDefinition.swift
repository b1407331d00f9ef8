package import Board

/// What a board is, of which there are many: its rules, and what is shown of it. `Functions/definition.lua` says what each member
/// means to the functions, and has the same bounds.
package struct BoardDefinition: Sendable, Equatable {
    /// Which score is best: the greatest, or the least.
    package enum Order: String, Sendable, CaseIterable { case desc, asc }

    package typealias Ties = BoardOrder.Ties

    /// What the value of an update does to the score.
    package enum Operator: String, Sendable, CaseIterable { case incr, decr, set, best }

    /// What becomes of a change that would pass ``scores``.
    package enum AtBound: String, Sendable, CaseIterable { case refuse, clamp }

    /// Who may read the board: anybody, who has a token, or its members. From everybody else a board for members is hidden: what is said
    /// of it is what is said of one that is not there.
    package enum Visibility: String, Sendable, CaseIterable { case `public`, `private`, members }

    /// Empty: the board has none but its name.
    package var title = ""
    /// Nil: that of the page.
    package var accent: AccentColour?
    /// Beside the title; nil: there is none.
    package var logo: PictureURL?
    package var order = Order.desc
    package var ties = Ties.id
    /// Of an update that names none; one of ``operators``.
    package var usualOperator = Operator.incr
    package var operators: Set<Operator> = [.incr]
    package var scores = -ScoreRange.limit...ScoreRange.limit
    package var atBound = AtBound.refuse
    /// Largest value of one increase or decrease.
    package var maximumIncrease = ScoreRange.limit
    /// Of one user.
    package var rateLimit = RateLimit.usual
    /// Of one service that reports for users; nil: ``StoreOptions/serviceRateLimit``.
    package var serviceRateLimit: RateLimit?
    package var visibility = Visibility.public
    package var windows = BoardWindows()
    /// Since when it is not shown, in milliseconds since 1970 (``Catalogue/freeze(_:by:on:)``); nil: it is. No operator's definition says it.
    package var frozenSince: Int?
    package var segments = BoardSegments()
    /// Whether what other services write into its stream counts (`Functions/intake.lua`).
    package var hasIntake = false
    /// At most ``PlausibilityRule/maximumCount``, each of another ``PlausibilityRule/label``. Shown to operators alone.
    package var rules: [PlausibilityRule] = []
    /// Nil: what waits, waits for an operator, however long.
    package var heldTerm: HeldTerm?
    /// 1 to 32 of `A-Z a-z 0-9 _ - .`: a whole number that goes up by one with each change; 0 of what nobody stored.
    package var version = "0"

    package init() {}
}

extension BoardOrder {
    package init(_ definition: BoardDefinition) {
        self.init(ascends: definition.order == .asc, ties: definition.ties)
    }
}
