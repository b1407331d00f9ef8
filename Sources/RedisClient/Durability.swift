/// What an acknowledged write has survived by then.
package enum Durability: String, CaseIterable, Sendable {
    /// The primary has it; on its disk when its `appendfsync` says.
    case local
    /// A replica has it too (WAIT 1).
    case replicated
    /// The primary's disk has it: its append-only file is synced before it answers (`appendfsync always`).
    case fsynced
}
