import NIOCore
import Testing

@testable import RedisClient

@Suite("A command")
struct RedisCommandTests {
    @Test("goes over the wire as an array of bulk strings, of whatever its words were made")
    func wire() {
        let head = RedisCommand("SET", "é")
        var command = RedisCommand(head, reserving: 16)
        command.append("limit:", "anna")
        command.append(-120)
        command.append([0x0D, 0x00])
        command += RedisCommand("", "PX")
        #expect(
            text(command)
                == "*7\r\n$3\r\nSET\r\n$2\r\né\r\n$10\r\nlimit:anna\r\n$4\r\n-120\r\n$2\r\n\r\0\r\n$0\r\n\r\n$2\r\nPX\r\n"
        )
        #expect(text(head) == "*2\r\n$3\r\nSET\r\n$2\r\né\r\n")
    }

    @Test(
        "is named in the log by what it does, never by a key",
        arguments: [
            (["SET", "lb:{main}:idem:ada:k", "1"], "SET"),
            (["FCALL", "leaderboard_update", "1", "k"], "FCALL leaderboard_update"),
            (["FCALL_RO"], "FCALL_RO "), (["ACL", "DRYRUN", "a"], "ACL DRYRUN"), ([], ""), ([""], ""),
            (["PING"], "PING"),
        ]
    )
    func name(words: [String], name: String) {
        var command = RedisCommand()
        for word in words { command.append(word) }
        #expect(command.name == name)
    }

    @Test("tells how many words it has, also when there are many", arguments: [1, 9, 10, 31, 32, 33, 1000])
    func count(_ count: Int) {
        var command = RedisCommand()
        for _ in 0..<count { command.append("a") }
        #expect(text(command) == "*\(count)\r\n" + String(repeating: "$1\r\na\r\n", count: count))
    }

    @Test(
        "has numbers in decimal",
        arguments: [0, 7, 9, 10, -1, 99, 100, -100, 1234, 9_007_199_254_740_991, .max, .min]
    )
    func decimal(_ number: Int) {
        var digits = Array("=".utf8)
        digits.append(decimal: number)
        #expect(digits == Array("=\(number)".utf8))
        #expect(number.decimalCount == String(number).utf8.count)
    }

    private func text(_ command: RedisCommand) -> String {
        var buffer = ByteBuffer()
        command.write(into: &buffer)
        return String(buffer: buffer)
    }
}
