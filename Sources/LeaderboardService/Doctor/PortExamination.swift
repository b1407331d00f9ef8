import HTTPServer

/// Whether the service could listen where it is to. A service that listens there already is fine.
struct PortExamination {
    let server: ServerOptions
    /// Of this configuration's own service.
    let place: ServicePlace

    func findings() async -> [Finding] {
        // Any free port.
        guard server.port != 0 else { return [] }
        do {
            try await ListenTrial.run(host: server.host, port: server.port)
            return [.good("port", "\(server.host):\(server.port) is free")]
        } catch let error as ListenError where error.kind == .inUse {
            return [await taken()]
        } catch {
            return [.bad("port", "\(error)", do: "correct HOST or PORT")]
        }
    }

    private func taken() async -> Finding {
        let holder = PortHolder.of(port: server.port)
        let words = holder.map { "\($0.name), process \($0.process)" }
        let isService = await RunningInstance(place: place).isThere
        // One that expects a balancer's header is known by its name only.
        if isService || holder?.name == "leaderboard" {
            return .good(
                "port",
                "a service listens on \(server.host):\(server.port)" + (words.map { " (\($0))" } ?? "")
            )
        }
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
}
