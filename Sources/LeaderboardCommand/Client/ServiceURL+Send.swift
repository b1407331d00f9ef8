import AsyncHTTPClient
import NIOCore
import NIOHTTP1

extension ServiceURL {
    /// A request with JSON, within 5 s; at most 64 KiB of its answer are read.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        token: String,
        _ headers: HTTPHeaders = [:],
        body: String? = nil,
        with client: HTTPClient
    ) async throws -> (status: UInt, retryAfter: Int?, body: ByteBuffer) {
        var request = HTTPClientRequest(url: "\(defaultValueDescription)\(path)")
        request.method = method
        request.headers = ["Authorization": "Bearer \(token)"]
        request.headers.add(contentsOf: headers)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await client.execute(request, timeout: .seconds(5))
        let retryAfter = response.headers.first(name: "Retry-After").flatMap { Int($0) }
        return (response.status.code, retryAfter, try await response.body.collect(upTo: 65_536))
    }
}
