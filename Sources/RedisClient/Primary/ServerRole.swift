/// What a server answers to ROLE.
enum ServerRole: Equatable {
    /// - Parameters:
    ///   - offset: bytes of its stream of commands.
    ///   - followers: up to which of them each connected replica has confirmed.
    case primary(offset: Int, followers: [Int])
    case other

    /// Nil where the reply is none to ROLE.
    init?(_ reply: RESPValue) {
        guard let fields = reply.array, let role = fields.first?.text else { return nil }
        guard role == "master" else {
            self = .other
            return
        }
        let followers = fields.count >= 3 ? fields[2].array ?? [] : []
        self = .primary(
            offset: fields.count >= 2 ? fields[1].integer ?? 0 : 0,
            followers: followers.map { ($0.array?.last?.integer) ?? 0 }
        )
    }
}
