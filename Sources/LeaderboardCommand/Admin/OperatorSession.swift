import AsyncHTTPClient
import FoundationEssentials
import LeaderboardService
import NIOCore
import NIOHTTP1

/// Many questions to the running service one after the other, by one client and with one token.
struct OperatorSession: Sendable {
    private let client: HTTPClient
    private let url: String
    private let token: OperatorToken

    init(_ client: HTTPClient, _ url: ServiceURL, _ token: OperatorToken) {
        self.client = client
        self.url = url.defaultValueDescription
        self.token = token
    }

    /// - Parameter path: whole.
    /// - Throws: where no answer came.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        headers: [(String, String)] = [],
        json: ByteBuffer? = nil,
        timeout: TimeAmount
    ) async throws -> OperatorService.Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token.text)")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let json {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(json)
        }
        let response = try await client.execute(request, timeout: timeout)
        let body = try await response.body.collect(upTo: OperatorService.maximumAnswerBytes)
        let isRefusal = response.status.code >= 400
        let refusal =
            isRefusal
            ? try? JSONDecoder().decode(OperatorService.Refusal.self, from: Data(body.readableBytesView)) : nil
        return OperatorService.Answer(status: response.status, body: body, refusal: refusal)
    }
}
