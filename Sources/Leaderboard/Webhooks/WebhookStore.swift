package import NIOCore
import RedisClient

/// What waits for the endpoints of webhooks, in Redis, so that it survives every instance; and the lease by which one instance at a time
/// takes up events and delivers them.
package struct WebhookStore: Sendable {
    /// Another instance delivers, or none.
    package struct LeaseLost: Error {
        package init() {}
    }

    private let functions: FunctionCalls
    private let keys: WebhookKeys
    private let lease: InstanceLease

    package init(_ functions: FunctionCalls) {
        self.functions = functions
        keys = WebhookKeys(in: functions.options.keySpace)
        lease = InstanceLease(functions, key: keys.lease)
    }

    /// Takes the lease, or holds it longer.
    /// - Parameter length: zero: gives it back.
    package func lead(for length: Duration, on eventLoop: any EventLoop) async throws -> InstanceLease.Lead {
        try await lease.hold(for: length, on: eventLoop)
    }

    /// Since when each endpoint is known, in milliseconds since 1970.
    package func since(_ endpoints: [String], on eventLoop: any EventLoop) async throws -> [Int] {
        var call = Self.call("since", [keys.lease, keys.marks])
        call.append(lease.token)
        for endpoint in endpoints { call.append(endpoint) }
        let fields = try await ask(call, on: eventLoop)
        let times = fields.dropFirst().compactMap(\.count)
        guard times.count == endpoints.count, fields.count == times.count + 1 else { throw Self.unexpected }
        return times
    }

    /// How far the events of one source were taken up. Nil: nothing was.
    package func mark(_ source: String, on eventLoop: any EventLoop) async throws -> String? {
        try await functions.sendRepeatably(RedisCommand("HGET", keys.marks, source), on: eventLoop).text
    }

    /// - Parameters:
    ///   - source, mark: all events of the source up to the mark have their messages then.
    ///   - endpoints: those that the messages are for.
    package func add(
        _ messages: [WebhookMessage],
        of source: String,
        upTo mark: String,
        for endpoints: [String],
        on eventLoop: any EventLoop
    ) async throws -> [AddedWebhooks] {
        var call = Self.call(
            "add",
            [keys.lease, keys.marks] + endpoints.flatMap { [keys.waiting($0), keys.messages($0)] }
        )
        for word in [lease.token, source, mark] { call.append(word) }
        for message in messages {
            call.append(message.endpoint &+ 1)
            call.append(message.id)
            for number in [message.due, message.maximum, message.made] { call.append(number) }
            call.append(message.body)
        }
        let fields = try await ask(call, on: eventLoop)
        let counts = fields.dropFirst().compactMap(\.count)
        guard counts.count == 2 * endpoints.count, fields.count == counts.count + 1 else { throw Self.unexpected }
        return endpoints.indices.map { AddedWebhooks(dropped: counts[2 * $0], waiting: counts[2 * $0 + 1]) }
    }

    /// Nil: none waits.
    package func next(of endpoint: String, on eventLoop: any EventLoop) async throws -> WaitingWebhook? {
        let fields = try await ask(ofEndpoint("next", endpoint, []), on: eventLoop)
        if fields.first?.text == "none" { return nil }
        guard fields.count == 7, let id = fields[1].text, let due = fields[2].count, let made = fields[3].count,
            let tries = fields[4].count, let body = fields[5].text, let count = fields[6].count
        else { throw Self.unexpected }
        return WaitingWebhook(id: id, due: due, made: made, tries: tries, body: body, count: count)
    }

    /// - Parameter due: when it is to be sent again; nil: never.
    /// - Returns: how many wait.
    package func settle(
        _ id: String,
        of endpoint: String,
        again due: Int?,
        on eventLoop: any EventLoop
    ) async throws -> Int {
        let words = [id, due.map(String.init) ?? ""]
        let fields = try await ask(ofEndpoint("settle", endpoint, words), on: eventLoop)
        guard fields.count == 2, let count = fields[1].count else { throw Self.unexpected }
        return count
    }

    private func ofEndpoint(_ name: String, _ endpoint: String, _ words: [String]) -> RedisCommand {
        var call = Self.call(name, [keys.lease, keys.waiting(endpoint), keys.messages(endpoint)])
        for word in [lease.token] + words { call.append(word) }
        return call
    }

    private static func call(_ name: String, _ keys: [String]) -> RedisCommand {
        var call = RedisCommand("FCALL", "leaderboard_webhooks_" + name, String(keys.count))
        for key in keys { call.append(key) }
        return call
    }

    private func ask(_ call: RedisCommand, on eventLoop: any EventLoop) async throws -> [RESPValue] {
        guard let fields = try await functions.sendRepeatably(call, on: eventLoop).array else { throw Self.unexpected }
        if fields.first?.text == "lost" { throw LeaseLost() }
        return fields
    }

    private static var unexpected: ScoreStoreError { .unavailable("unexpected reply") }
}
