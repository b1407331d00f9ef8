import TestSupport

/// Requests that are nearly right, put together of what smugglers use, from a fixed seed.
struct HeadFuzzer {
    var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    private static let lines = [
        "GET /hello HTTP/1.1", "POST /echo HTTP/1.1", "HEAD /hello HTTP/1.1", "GET /hello HTTP/1.0",
        "OPTIONS * HTTP/1.1", "GET http://test/hello HTTP/1.1", "DELETE /hello HTTP/1.1", "GET /hello",
        "PRI * HTTP/2.0", "POST /echo?a=%zz HTTP/1.1", "GET /hello?a?b HTTP/1.1", "PUT https://test?a HTTP/1.1",
        "M-SEARCH //hello/../ HTTP/1.1", "GET http://[::1]:80/?? HTTP/1.1", "POST /echo HTTP/1.1 ",
        "GET /\"<>\\^`{|}[]@:,;'()!$&*+~ HTTP/1.1", "CONNECT /hello HTTP/1.1", "GET  /hello HTTP/1.1",
        "GET /hello  HTTP/1.1", "GET /hello#a?b HTTP/1.1",
    ]
    private static let framings = [
        "Content-Length: 5", "Content-Length: 0", "Content-Length: 70", "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding : chunked",
    ]
    private static let headers = [
        "Host: test", "Connection: close", "Connection: keep-alive", "Connection: a ,\tUpgrade", "Expect: 100-continue",
        "Upgrade: h2c", "X-Request-Id: a", " folded", "X-A: \u{1}", "X-A:\t a b \t", "x-a:", "X-A: ä;\"",
        "!#$%&'*+-.^_`|~: b", "NoColon",
    ]
    private static let bodies = [
        "", "hello", "5\r\nhello\r\n0\r\n\r\n", "5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n", "fffff\r\n", "0\r\n\r\n",
    ]
    private static let extensions = ["", "", "", ";a=b", ";a", ";a=\"b;c\"", ";", ";a = b", " ;a"]
    private static let trailers = ["", "", "A: b\r\n", "A:\r\nB: c \r\n", "Content-Length: 5\r\n", " A: b\r\n"]
    private static let ends = ["\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r"]
    /// Of these a body consists: whoever takes its length for another one finds an end, or a chunk, at many places.
    private static let data = ["ab0\r\n\r\n5;GET / HTTP/1.1\r\n", "0\r\n\r\n"].map { Array($0.utf8) }
    private static let marks = Array(" \t\r\n;:,0aF#?/\"\u{7F}".utf8)

    mutating func next() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            bytes += Array((pick(Self.lines) + end() + "Host: test\r\n").utf8)
            for _ in 0..<Int.random(in: 0...2, using: &random) { bytes += Array((pick(Self.headers) + end()).utf8) }
            bytes += Bool.random(using: &random) ? framed() : frayed()
        }
        for _ in 0..<max(0, Int.random(in: -4...3, using: &random)) {
            let mark = Bool.random(using: &random) ? Self.marks.randomElement(using: &random) : nil
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = mark ?? .random(in: 0...255, using: &random)
        }
        return bytes
    }

    /// The rest of a head, and a body that need not be the one which it announces.
    private mutating func frayed() -> [UInt8] {
        let framing = Bool.random(using: &random) ? pick(Self.framings) + end() : ""
        return Array((framing + "\r\n" + pick(Self.bodies)).utf8)
    }

    /// The same, and the body is the announced one.
    private mutating func framed() -> [UInt8] {
        let isChunked = Int.random(in: 0...2, using: &random) > 0
        guard isChunked else {
            let data = data()
            let zero = Bool.random(using: &random) ? "0" : ""
            return Array("Content-Length: \(zero)\(data.count)\r\n\r\n".utf8) + data
        }
        var bytes = Array("transfer-encoding: Chunked\r\n\r\n".utf8)
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let data = data()
            guard !data.isEmpty else { continue }
            // Sometimes it says a few bytes more or less.
            let error = Int.random(in: 0...9, using: &random) > 0 ? 0 : Int.random(in: -3...3, using: &random)
            bytes += Array((size(max(1, data.count + error)) + pick(Self.extensions) + end()).utf8)
            bytes += data + Array(end().utf8)
        }
        return bytes + Array((size(0) + pick(Self.extensions) + end() + pick(Self.trailers) + end()).utf8)
    }

    private mutating func size(_ count: Int) -> String {
        let digits = String(count, radix: 16, uppercase: Bool.random(using: &random))
        return String(repeating: "0", count: max(0, Int.random(in: -3...2, using: &random))) + digits
    }

    /// Up to 300 bytes that look like what stands around them.
    private mutating func data() -> [UInt8] {
        let data = Self.data[Int.random(in: 0..<Self.data.count, using: &random)]
        let maximum = Bool.random(using: &random) ? 20 : 300
        let start = Int.random(in: 0..<data.count, using: &random)
        return (0..<Int.random(in: 0...maximum, using: &random)).map { data[(start + $0) % data.count] }
    }

    private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }

    /// A line's end, nearly always the right one.
    private mutating func end() -> String { Int.random(in: 0...15, using: &random) > 0 ? "\r\n" : pick(Self.ends) }
}
