/// The tries of a call that goes by a board's definition: it is made anew when another one holds meanwhile, three times in all.
///
///     for isAgain in catalogue.tries(of: id) { …; if let outcome { return outcome } }
///     // The definition changes all the time.
package struct DefinitionTries: Sequence, IteratorProtocol {
    private static let maximum = 3

    private let catalogue: Catalogue
    private let id: BoardID
    private var made = 0

    init(_ catalogue: Catalogue, _ id: BoardID) {
        self.catalogue = catalogue
        self.id = id
    }

    /// Whether there was one before: what was known of the board does not hold any more, and is forgotten.
    package mutating func next() -> Bool? {
        if made > 0 { catalogue.forget(id) }
        guard made < Self.maximum else { return nil }
        made += 1
        return made > 1
    }
}

extension Catalogue {
    package func tries(of id: BoardID) -> DefinitionTries { DefinitionTries(self, id) }
}
