import NIOCore

/// One command over a connection that is made for it and closed after it.
struct RedisQuestion: Sendable {
    let endpoint: RedisEndpoint
    let source: RedisEndpoint.Address
    let options: RedisOptions

    /// Any thread.
    func ask(_ command: RedisCommand, on eventLoop: any EventLoop) -> EventLoopFuture<RESPValue> {
        eventLoop.flatSubmit { askOnLoop(command, eventLoop) }
    }

    private func askOnLoop(_ command: RedisCommand, _ eventLoop: any EventLoop) -> EventLoopFuture<RESPValue> {
        let answer = eventLoop.makePromise(of: RESPValue.self)
        let connection = RedisConnection(
            options: options,
            eventLoop: eventLoop,
            // Does nothing where the answer is in.
            onClosed: { _ in answer.fail(RedisError.outcomeUnknown(.connectionLost)) }
        )
        // Sentinels have users of their own, and are asked without.
        let signIn = if endpoint.isCluster { Greeting.signIn(endpoint).map(\.command) } else { [RedisCommand]() }
        let loopBound = NIOLoopBound(connection, eventLoop: eventLoop)
        RedisBootstrap.connect(
            to: source,
            isSecure: endpoint.isSecure,
            options: options,
            on: eventLoop,
            handler: { loopBound.value }
        )
        .assumeIsolated()
        .whenComplete { result in
            let connection = loopBound.value
            switch result {
            case .success:
                for command in signIn { connection.send(command, .own { _ in }) }
                connection.send(
                    command,
                    .own { reply in
                        answer.completeWith(reply.mapError { $0 as any Error })
                        connection.close()
                    }
                )
            case .failure(let error): answer.fail(error)
            }
        }
        return answer.futureResult
    }
}
