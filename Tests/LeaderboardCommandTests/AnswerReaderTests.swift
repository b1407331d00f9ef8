import NIOCore
import Testing

@testable import LeaderboardCommand

@Suite("The answers on a connection that is kept")
struct AnswerReaderTests {
    private static func answers(to pieces: [String]) throws -> [String] {
        var reader = AnswerReader()
        var answers: [String] = []
        for piece in pieces {
            reader.feed(ByteBuffer(string: piece))
            while let answer = try reader.next() { answers.append("\(answer.status) \(String(buffer: answer.body))") }
        }
        return answers
    }

    @Test("are read in their order, wherever their bytes are cut, without the interim ones")
    func pieces() throws {
        let text =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A: b\r\ncontent-LENGTH: 5 \r\n\r\nhello"
            + "HTTP/1.1 429 Too Many Requests\r\nContent-Length:0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
        let bytes = Array(text.utf8)
        for cut in bytes.indices {
            let pieces = [bytes[..<cut], bytes[cut...]].map { String(decoding: $0, as: UTF8.self) }
            #expect(try Self.answers(to: pieces) == ["200 hello", "429 ", "204 "])
        }
    }

    @Test(
        "tell whether the connection ends with them",
        arguments: [
            ("Connection: close\r\n", true), ("connection:close\r\n", true), ("Connection: keep-alive\r\n", false),
            ("", false),
        ]
    )
    func last(line: String, isLast: Bool) throws {
        var reader = AnswerReader()
        reader.feed(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\(line)Content-Length: 0\r\n\r\n"))
        #expect(try reader.next()?.isLast == isLast)
    }

    @Test(
        "are refused when their end is not told",
        arguments: [
            "HTTP/1.1 abc\r\n\r\n", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX-A: \(String(repeating: "a", count: 9000))",
        ]
    )
    func refused(text: String) {
        #expect(throws: AnswerReader.Failure.self) { try Self.answers(to: [text]) }
    }
}
