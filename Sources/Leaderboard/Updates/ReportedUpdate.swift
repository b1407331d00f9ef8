/// One update of a batch.
package struct ReportedUpdate: Sendable, Equatable {
    package let update: BoardUpdate
    /// Nil: repeated, it counts again.
    package let idempotencyKey: IdempotencyKey?

    package init(_ update: BoardUpdate, _ idempotencyKey: IdempotencyKey?) {
        self.update = update
        self.idempotencyKey = idempotencyKey
    }
}
