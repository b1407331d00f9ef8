import HTTPServer

/// Whether the service could listen where it is to. If this configuration's own service listens there already, that is fine.
struct PortExamination {
    let server: ServerOptions
    /// Of this configuration's own service.
    let place: ServicePlace
    /// Of this configuration's own Redis.
    let epoch: KnownEpoch
    /// The service that runs this configuration's private Redis; nil: none, or it is not private.
    let owner: DirectoryHolder?

    func findings() async -> [Finding] {
        // Any free port.
        guard server.port != 0 else { return [] }
        do {
            try await ListenTrial.run(host: server.host, port: server.port)
            return [.good("port", "\(server.host):\(server.port) is free")] + elsewhere
        } catch let error as ListenError where error.kind == .inUse {
            let finding = await taken()
            return [finding] + (finding.verdict == .bad ? elsewhere : [])
        } catch {
            return [.bad("port", "\(error)", do: "correct HOST or PORT")]
        }
    }

    /// Another service has the data, as one that listens here is not it: that this configuration's own would start, nobody may think.
    private var elsewhere: [Finding] {
        guard let owner else { return [] }
        return [
            .bad(
                "data",
                "those of DATA_DIR are in use by \(owner), which does not listen on \(server.host):\(server.port)",
                do: "stop that one, or set DATA_DIR to another folder; or ask with its settings (PORT)"
            )
        ]
    }

    private func taken() async -> Finding {
        let holder = PortHolder.of(port: server.port)
        let words = holder.map { "\($0.name), process \($0.process)" }
        let isService = await RunningInstance(place: place).isThere
        // One that expects a balancer's header is known by its name only.
        if isService || holder?.name == "leaderboard" { return await service(holder, words) }
        guard holder != nil || !place.isBehindProxyProtocol else {
            return .advice(
                "port",
                "\(server.host):\(server.port) is taken: by which program, only root is told",
                do: "see that it is the service (PROXY_PROTOCOL keeps the doctor from asking it)"
            )
        }
        return .bad(
            "port",
            "\(server.host):\(server.port) is taken by another program: \(words ?? "which one, only root is told")",
            do: "stop that one, or set PORT to another"
        )
    }

    /// Ours runs the private Redis, or shows the standings of this configuration's own.
    private func service(_ holder: PortHolder?, _ words: String?) async -> Finding {
        let (place, who) = ("\(server.host):\(server.port)", words.map { " (\($0))" } ?? "")
        let process = holder.flatMap { Int32(exactly: $0.process) }
        let isOwner = process != nil && owner?.process == process
        let isOurs: Bool? = isOwner ? true : epoch.isOf(await RunningInstance(place: self.place).epoch)
        switch isOurs {
        case true: return .good("port", "this service listens on \(place)\(who)")
        case false:
            return .bad(
                "port",
                "\(place) is taken by another leaderboard\(who): its scores are in another Redis than this configuration's",
                do:
                    "stop that one, or set PORT to another; or ask with its settings (REDIS_URL, DATA_DIR, REDIS_KEY_PREFIX)"
            )
        case nil:
            return .good(
                "port",
                "a service listens on \(place)\(who); whether its scores are of this Redis, it does not show"
            )
        }
    }
}
