/// One thing that a new connection is asked before it is used, and what may be wrong with the answer.
struct Greeting {
    let command: RedisCommand
    /// Named in the log when it fails.
    let name: String
    /// Whether it is asked if it belongs to a cluster.
    var isAboutCluster = false
    /// Whether the connection is used all the same where the user may not ask this, or the server does not know it.
    var isOptional = false
    /// What is wrong with this answer, in constant words; nil if nothing is.
    var objection: (RESPValue) -> String? = { _ in nil }
}

extension Greeting {
    /// Who we are, which database, whether it is the primary, and whether it keeps what we promise.
    static func list(_ endpoint: RedisEndpoint, _ options: RedisOptions) -> [Greeting] {
        var list = signIn(endpoint.login)
        if case .server = endpoint.location { list.append(mode) }
        if endpoint.database != 0 {
            list.append(Greeting(command: RedisCommand("SELECT", "\(endpoint.database)"), name: "SELECT"))
        }
        if options.durability == .fsynced { list.append(fsynced) }
        list.append(primary)
        return list
    }

    static func signIn(_ login: RedisEndpoint.Login?) -> [Greeting] {
        guard let login else { return [] }
        let command =
            login.user.map { RedisCommand("AUTH", $0, login.password) } ?? RedisCommand("AUTH", login.password)
        return [Greeting(command: command, name: "AUTH")]
    }

    static func subscribe(_ channel: String) -> Greeting {
        Greeting(command: RedisCommand("SUBSCRIBE", channel), name: "SUBSCRIBE")
    }

    /// A node of a cluster (of a managed one, mostly) answers too, and would have us listen where nothing is published.
    private static var mode: Greeting {
        Greeting(command: RedisCommand("INFO", "cluster"), name: "INFO", isAboutCluster: true, isOptional: true)
    }

    /// Whether a server says that it is a node of a cluster.
    static func isNode(_ reply: RESPValue) -> Bool {
        reply.text?.split(whereSeparator: \.isNewline).contains("cluster_enabled:1") ?? false
    }

    /// A replica answers too, and would refuse every write. A server that hangs accepts connections, and answers nothing.
    private static var primary: Greeting {
        Greeting(command: RedisCommand("ROLE"), name: "ROLE", isOptional: true) { reply in
            guard let role = reply.array?.first?.text, role != "master" else { return nil }
            return "the server is a replica"
        }
    }

    private static var fsynced: Greeting {
        Greeting(
            command: FsyncedSetting.question,
            name: "CONFIG GET",
            isOptional: true,
            objection: FsyncedSetting.objection(to:)
        )
    }
}

extension RedisEndpoint {
    /// For those who are asked where the primary is.
    var signInToSources: [Greeting] {
        Greeting.signIn(hasSentinels ? sentinelLogin : login)
    }
}
