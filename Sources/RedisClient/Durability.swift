/// What an acknowledged write has survived by then.
package enum Durability: String, CaseIterable, Sendable {
    /// The primary has it; on its disk when its `appendfsync` says.
    case local
    /// As many replicas have it too as ``RedisOptions/replicas`` says (WAIT).
    case replicated
    /// The primary's disk has it: its append-only file is synced before it answers (`appendfsync always`).
    case fsynced
}

/// Whether a server is set so that ``Durability/fsynced`` holds: asked of each new connection, and again while it is used, for
/// `CONFIG SET` changes it under us.
package enum FsyncedSetting {
    package static let question = RedisCommand("CONFIG", "GET", "appendonly", "appendfsync")

    /// What is wrong with the answer, in constant words; nil if nothing is.
    package static func objection(to reply: RESPValue) -> String? {
        let words = reply.array?.map { $0.text ?? "" } ?? []
        let pairs = Array(zip(words, words.dropFirst()))
        let isOn = pairs.contains { $0 == ("appendonly", "yes") }
        let isAlways = pairs.contains { $0 == ("appendfsync", "always") }
        return isOn && isAlways ? nil : "DURABILITY=fsynced needs appendonly yes and appendfsync always"
    }
}
