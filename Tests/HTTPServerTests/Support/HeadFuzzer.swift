import TestSupport

/// Requests that are nearly right, put together of what smugglers use, from a fixed seed.
struct HeadFuzzer {
    var random = SeededGenerator(seed: 0xBAD5EED)

    private static let lines = [
        "GET /hello HTTP/1.1", "POST /echo HTTP/1.1", "HEAD /hello HTTP/1.1", "GET /hello HTTP/1.0",
        "OPTIONS * HTTP/1.1",
        "GET http://test/hello HTTP/1.1", "DELETE /hello HTTP/1.1", "GET /hello", "PRI * HTTP/2.0",
        "POST /echo?a=%zz HTTP/1.1",
    ]
    private static let headers = [
        "Content-Length: 5", "Content-Length: 0", "Content-Length: 70", "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding : chunked", "Host: test", "Connection: close",
        "Connection: keep-alive", "Expect: 100-continue", "Upgrade: h2c", "X-Request-Id: a", " folded", "X-A: \u{1}",
        "NoColon",
    ]
    private static let bodies = [
        "", "hello", "5\r\nhello\r\n0\r\n\r\n", "5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n", "fffff\r\n", "0\r\n\r\n",
    ]
    private static let ends = ["\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r"]

    mutating func next() -> [UInt8] {
        var text = ""
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            text += pick(Self.lines) + end() + "Host: test\r\n"
            for _ in 0..<Int.random(in: 0...3, using: &random) { text += pick(Self.headers) + end() }
            text += "\r\n" + pick(Self.bodies)
        }
        var bytes = Array(text.utf8)
        for _ in 0..<max(0, Int.random(in: -4...3, using: &random)) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
        }
        return bytes
    }

    private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }

    /// A line's end, nearly always the right one.
    private mutating func end() -> String { Int.random(in: 0...5, using: &random) > 0 ? "\r\n" : pick(Self.ends) }
}
