/// What a verification found of the segments of one kind.
package struct SegmentReport: Sendable, Equatable {
    /// So many, and the names of the first of them.
    package struct Found: Sendable, Equatable {
        package static let shown = 100

        package private(set) var count = 0
        package private(set) var names: [String] = []

        mutating func note(_ name: String) {
            count += 1
            if names.count < Self.shown { names.append(name) }
        }
    }

    package struct WrongTotal: Sendable, Equatable {
        package let value: String
        /// Nil: there is none.
        package let held: PointsSum?
        /// Nil: nobody is in the segment.
        package let right: PointsSum?
    }

    package let kind: SegmentKind
    /// In segments of the kind, on the board or not.
    package internal(set) var users = 0
    /// Users who stand in their segment as with another score than the board's.
    package internal(set) var moved = Found()
    /// Users who are in a segment and do not stand in it.
    package internal(set) var lacking = Found()
    /// Users who stand in a segment, and of whom it is not told that they are in it; or of whom what is told is no segment.
    package internal(set) var records = Found()
    /// Users who are in no segment of the kind, and of whom the audit, or a backup, says that they are.
    package internal(set) var lost = Found()
    /// What stands in segments and is no user of them.
    package internal(set) var strays = Found()
    /// How many there are, and the first of them.
    package private(set) var wrongTotalCount = 0
    package private(set) var wrongTotals: [WrongTotal] = []

    /// Of who mends: users who were lost.
    var broughtBack = 0

    init(_ kind: SegmentKind) { self.kind = kind }

    mutating func note(_ total: WrongTotal) {
        wrongTotalCount += 1
        if wrongTotals.count < Found.shown { wrongTotals.append(total) }
    }

    package var faults: Int {
        moved.count + lacking.count + records.count + lost.count + strays.count + wrongTotalCount
    }

    package var isSound: Bool { faults == 0 }

    /// All that is wrong may come of scores that another service wrote: the next change of such a user puts them where they belong.
    var onlyMoved: Bool { faults == moved.count }
}
