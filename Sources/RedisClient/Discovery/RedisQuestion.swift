import NIOCore

/// A few commands over a connection that is made for them and closed after them.
struct RedisQuestion: Sendable {
    /// The one who was asked does not let us in.
    struct NotLetIn: Error, CustomStringConvertible {
        /// Redis' error code, and what it means.
        let description: String
    }

    /// There is no answer, for the connection is gone.
    struct ConnectionEnded: Error {
        let reason: String
    }

    let endpoint: RedisEndpoint
    let source: RedisEndpoint.Address
    let options: RedisOptions

    /// Any thread.
    func ask(_ command: RedisCommand, on eventLoop: any EventLoop) -> EventLoopFuture<RESPValue> {
        ask([command], on: eventLoop).map { $0.first ?? .null }
    }

    /// - Returns: an answer to each; the first that is an error fails all.
    func ask(_ commands: [RedisCommand], on eventLoop: any EventLoop) -> EventLoopFuture<[RESPValue]> {
        eventLoop.flatSubmit { askOnLoop(commands, eventLoop) }
    }

    private func askOnLoop(_ commands: [RedisCommand], _ eventLoop: any EventLoop) -> EventLoopFuture<[RESPValue]> {
        let answer = eventLoop.makePromise(of: [RESPValue].self)
        let connection = RedisConnection(
            options: options,
            eventLoop: eventLoop,
            // Does nothing where the answer is in.
            onClosed: { answer.fail(ConnectionEnded(reason: $0)) }
        )
        let signIn = endpoint.signInToSources.map(\.command)
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
                for command in signIn {
                    connection.send(
                        command,
                        .own {
                            if case .failure(.refused(let refusal)) = $0 {
                                answer.fail(NotLetIn(description: refusal.words))
                            }
                        }
                    )
                }
                let replies = Replies(count: commands.count)
                for command in commands {
                    connection.send(
                        command,
                        .own { reply in
                            guard let all = replies.take(reply) else { return }
                            // Why the connection is gone is told when it is.
                            if case .failure(.outcomeUnknown) = all { return }
                            answer.completeWith(all.mapError(Self.told))
                            connection.close()
                        }
                    )
                }
            case .failure(let error): answer.fail(error)
            }
        }
        return answer.futureResult
    }

    private static func told(_ error: RedisError) -> any Error {
        guard case .refused(let refusal) = error, refusal.needsOperator else {
            return error
        }
        return NotLetIn(description: refusal.words)
    }
}

/// Collects the replies to a few commands that were sent one after the other. Owned by their loop.
final class Replies {
    private var values: [RESPValue] = []
    private var isOver = false
    private let count: Int

    init(count: Int) {
        self.count = count
    }

    /// - Returns: all of them, with the last; or the first failure, once.
    func take(_ reply: RedisConnection.Reply) -> Result<[RESPValue], RedisError>? {
        guard !isOver else { return nil }
        switch reply {
        case .success(let value):
            values.append(value)
            isOver = values.count == count
            return isOver ? .success(values) : nil
        case .failure(let error):
            isOver = true
            return .failure(error)
        }
    }
}
