import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// Whoever takes what a stream brings.
package protocol LiveReader: Sendable {
    /// From where to go on; nil: from a snapshot.
    func cursor() async -> String?
    /// Before each connection.
    func prepare() async throws(LeaderboardError)
    /// - Returns: whether it is a message that goes on from where it was; otherwise the connection ends.
    func take(_ message: [UInt8]) async -> Bool
    /// What is to be asked beside, for as long as the connection lasts.
    func fill() async
}

extension LiveReader {
    package func cursor() async -> String? { nil }
    package func prepare() async throws(LeaderboardError) {}
    package func fill() async {}
}

/// One stream of a board, which comes back: connection by connection, with pauses that grow and differ.
package struct LiveStream: Sendable {
    /// A connection that ends sooner proves nothing: what comes after its snapshot may be rubbish.
    private static let lasting = Duration.seconds(10)

    private let leaderboard: Leaderboard
    private let path: String
    private let query: [(String, String?)]
    private let options: LiveOptions

    /// - Parameter path: of the board.
    package init(_ leaderboard: Leaderboard, path: String, query: [(String, String?)], options: LiveOptions) {
        self.leaderboard = leaderboard
        self.path = path
        self.query = query
        self.options = options
    }

    /// Until the task is cancelled, or the service refuses what it would refuse again.
    /// - Returns: why; nil: it was cancelled.
    package func run(_ reader: some LiveReader) async -> LeaderboardError? {
        var (failures, wasRefused) = (0, false)
        while !Task.isCancelled {
            options.onState?(.connecting)
            let life = SignsOfLife()
            let error = await connection(reader, refresh: wasRefused, life)
            guard !Task.isCancelled else { break }
            // With a token that is renewed, once.
            let isOfToken = error.status == 401 && !wasRefused && leaderboard.requests.canRefresh
            wasRefused = error.status == 401
            guard error.isTemporary || isOfToken else {
                options.onState?(.ended(error))
                return error
            }
            if let start = life.began, ContinuousClock.now - start > Self.lasting { failures = 0 }
            failures += 1
            let pause = RetryPolicy.pause(after: failures, error)
            options.onState?(.waiting(pause, error))
            guard (try? await Task.sleep(for: pause)) != nil else { break }
        }
        options.onState?(.ended(nil))
        return nil
    }

    /// - Returns: why it ended.
    private func connection(
        _ reader: some LiveReader,
        refresh: Bool,
        _ life: SignsOfLife
    ) async -> LeaderboardError {
        do throws(LeaderboardError) {
            try await reader.prepare()
            let query = query + [("cursor", await reader.cursor())]
            var request = try await leaderboard.requests.request(
                .get,
                path + "/events",
                query,
                refresh: refresh
            )
            request.headers.add(name: "Accept", value: "text/event-stream")
            return await follow(request, reader, life)
        } catch { return error }
    }

    private func follow(
        _ request: HTTPClientRequest,
        _ reader: some LiveReader,
        _ life: SignsOfLife
    ) async -> LeaderboardError {
        await withTaskGroup(of: LeaderboardError?.self) { group in
            group.addTask {
                do {
                    // Its time is measured beside; a deadline of the client's own would end the stream.
                    let response = try await leaderboard.requests.http.execute(request, deadline: .distantFuture)
                    if response.status.code >= 400 { return await Requests.refusal(response) }
                    guard response.status == .ok else { return Self.lost }
                    var parser = EventParser()
                    for try await bytes in response.body {
                        life.heard()
                        var messages: [[UInt8]] = []
                        try parser.take(bytes.readableBytesView) { messages.append($0) }
                        for message in messages {
                            guard await reader.take(message) else { return Self.lost }
                            if life.begin() { options.onState?(.live) }
                        }
                    }
                    return Self.lost
                } catch {
                    return Requests.error(error, within: options.patience)
                }
            }
            group.addTask {
                while true {
                    let end = life.last + (life.began == nil ? options.patience : options.silence)
                    guard end > .now else { return Self.silent }
                    guard (try? await Task.sleep(until: end, clock: .continuous)) != nil else { return nil }
                }
            }
            group.addTask {
                await reader.fill()
                return nil
            }
            var error: LeaderboardError?
            while error == nil, let ended = await group.next() { error = ended }
            group.cancelAll()
            return error ?? Self.lost
        }
    }

    private static let lost = LeaderboardError(code: "network", message: "The connection was lost.")
    private static let silent = LeaderboardError(code: "timeout", message: "The service fell silent.")
}

/// When a connection was heard of. Its lock is its owner.
private final class SignsOfLife: Sendable {
    private let times = Mutex((last: ContinuousClock.now, began: ContinuousClock.Instant?.none))

    var last: ContinuousClock.Instant { times.withLock(\.last) }
    /// With the first message; nil: there was none.
    var began: ContinuousClock.Instant? { times.withLock(\.began) }

    func heard() { times.withLock { $0.last = .now } }

    /// - Returns: whether it is the first message.
    func begin() -> Bool {
        times.withLock { times in
            guard times.began == nil else { return false }
            times.began = .now
            return true
        }
    }
}
