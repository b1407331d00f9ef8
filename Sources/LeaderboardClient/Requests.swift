import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// What is asked of one service, and asked again where it did not get through.
struct Requests: Sendable {
    enum Method: Sendable {
        case get, post

        fileprivate var http: HTTPMethod { self == .get ? .GET : .POST }
    }

    private static let maximumAnswerBytes = 16 << 20
    /// Of an error.
    private static let maximumRefusalBytes = 1 << 16

    let base: String
    let http: HTTPClient
    let token: Leaderboard.TokenSource?
    let canRefresh: Bool
    let timeout: Duration
    let retries: Int

    /// What changes something is tried again only with a key.
    func send<Answer: Decodable & Sendable>(
        _ method: Method,
        _ path: String,
        _ query: [(String, String?)],
        body: Data?,
        key: String?,
        retries: Int? = nil
    ) async throws -> Answer {
        let mayRepeat = method == .get || key != nil
        var (refresh, failures) = (false, 0)
        while true {
            do throws(LeaderboardError) {
                return try await once(method, path, query, body: body, key: key, refresh: refresh)
            } catch {
                try Task.checkCancellation()
                if error.status == 401, !refresh, canRefresh {
                    refresh = true
                    continue
                }
                failures += 1
                let isPatient = error.retryAfter ?? .zero <= RetryPolicy.longestWait
                guard mayRepeat, error.isTemporary, isPatient, failures <= retries ?? self.retries else { throw error }
                try await Task.sleep(for: RetryPolicy.pause(after: failures, error))
            }
        }
    }

    private func once<Answer: Decodable & Sendable>(
        _ method: Method,
        _ path: String,
        _ query: [(String, String?)],
        body: Data?,
        key: String?,
        refresh: Bool
    ) async throws(LeaderboardError) -> Answer {
        var request = try await request(method, path, query, refresh: refresh)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.headers.add(name: "Prefer", value: "return=representation")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        if let key { request.headers.add(name: "Idempotency-Key", value: key) }
        let (asked, limit) = (request, timeout)
        let (response, bytes): (HTTPClientResponse, ByteBuffer)
        do {
            (response, bytes) = try await within(limit) {
                let response = try await http.execute(asked, timeout: .nanoseconds(limit.nanoseconds))
                if response.status.code >= 400 { throw await Self.refusal(response) }
                return (response, try await response.body.collect(upTo: Self.maximumAnswerBytes))
            }
        } catch { throw Self.error(error, within: limit) }
        do {
            var answer = try JSONDecoder().decode(Answer.self, from: Data(bytes.readableBytesView))
            if var replayable = answer as? any Replayable {
                replayable.replayed = response.headers.first(name: "Idempotency-Replayed") == "true"
                answer = replayable as? Answer ?? answer
            }
            return answer
        } catch {
            throw LeaderboardError(code: "bad_answer", message: "The answer is none of the service's.", cause: error)
        }
    }

    /// With the token.
    func request(
        _ method: Method,
        _ path: String,
        _ query: [(String, String?)],
        refresh: Bool
    ) async throws(LeaderboardError) -> HTTPClientRequest {
        let given = query.compactMap { name, value in value.map { "\(name)=\($0.encoded)" } }
        var request = HTTPClientRequest(
            url: base + "/api/v1" + path + (given.isEmpty ? "" : "?" + given.joined(separator: "&"))
        )
        request.method = method.http
        guard let token else { return request }
        let text: String?
        do { text = try await token(refresh) } catch {
            if let error = error as? LeaderboardError { throw error }
            throw LeaderboardError(code: "token", message: "There is no token.", status: 401, cause: error)
        }
        guard let text else { return request }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw LeaderboardError(
                code: "token",
                message: "The token has other characters than a token has.",
                status: 401
            )
        }
        request.headers.add(name: "Authorization", value: "Bearer \(text)")
        return request
    }

    /// What the service says where it refuses.
    static func refusal(_ response: HTTPClientResponse) async -> LeaderboardError {
        let status = Int(response.status.code)
        let body = try? await response.body.collect(upTo: maximumRefusalBytes)
        let refusal = body.flatMap { try? JSONDecoder().decode(Refusal.self, from: Data($0.readableBytesView)) }
        // A day is more than any service asks for.
        let seconds = response.headers.first(name: "Retry-After").flatMap { Int($0) }.flatMap {
            $0 >= 0 ? min($0, 86_400) : nil
        }
        return LeaderboardError(
            code: refusal?.code ?? "http_\(status)",
            message: refusal?.message ?? "The service answered \(status).",
            status: status,
            retryAfter: seconds.map { .seconds($0) },
            requestID: response.headers.first(name: "X-Request-Id")
        )
    }

    static func error(_ error: any Error, within limit: Duration) -> LeaderboardError {
        if let error = error as? LeaderboardError { return error }
        if error is NIOTooManyBytesError {
            return LeaderboardError(code: "bad_answer", message: "The answer has no end.", cause: error)
        }
        let late: [HTTPClientError] = [.deadlineExceeded, .connectTimeout, .readTimeout]
        let isLate = error is TimedOut || (error as? HTTPClientError).map(late.contains) ?? false
        return isLate
            ? LeaderboardError(code: "timeout", message: "There was no answer within \(limit).", cause: error)
            : LeaderboardError(code: "network", message: "The service cannot be reached.", cause: error)
    }

    private struct Refusal: Decodable {
        let code: String
        let message: String
    }
}

/// An answer that says whether the update had counted before.
protocol Replayable {
    var replayed: Bool { get set }
}

struct TimedOut: Error {}

/// The value of `body`, or ``TimedOut``.
func within<Value: Sendable>(
    _ limit: Duration,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TimedOut()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw TimedOut() }
        return value
    }
}

extension Duration {
    /// As many as there are, where there are too many.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, isMore) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (all, isMoreYet) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return isMore || isMoreYet ? .max : all
    }
}

extension String {
    /// Percent-encoded, as a part of a path or a value of a query.
    var encoded: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
