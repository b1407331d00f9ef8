import TestSupport
import Testing

@testable import RedisClient

@Suite("Where a command goes in a cluster")
struct CommandPlaceTests {
    @Test(
        "is the slot of its keys; none, and several, are told apart",
        arguments: [
            (["GET", "{a}x"], CommandPlace.slot(15495)), (["MGET", "{a}x", "{a}y"], .slot(15495)),
            (["MGET", "{a}x", "{b}x"], .severalSlots), (["SET", "{a}x", "{b}"], .slot(15495)),
            (["MSET", "{a}x", "{b}", "{a}y", "{c}"], .slot(15495)), (["RENAME", "{a}x", "{b}x"], .severalSlots),
            (["FCALL", "f", "2", "{a}x", "{a}y", "{b}"], .slot(15495)),
            (["FCALL", "f", "2", "{a}", "{b}"], .severalSlots),
            (["FCALL", "f", "0", "{a}"], .noKey), (["FCALL", "f", "-1", "{a}"], .noKey), (["FCALL", "f"], .noKey),
            (["FCALL", "f", "9223372036854775807", "{a}"], .slot(15495)), (["FCALL", "f", "x", "{a}"], .noKey),
            (["OBJECT", "ENCODING", "{a}x"], .slot(15495)), (["SPUBLISH", "{a}x", "{b}"], .slot(15495)),
            (["PING"], .noKey), (["INFO", "{a}"], .noKey), (["NOSUCH", "{a}"], .noKey), (["GET"], .noKey), ([], .noKey),
            (["GET", ""], .slot(0)), ([""], .noKey), (["PUBLISH", "{a}x", "1"], .noKey),
        ]
    )
    func place(words: [String], place: CommandPlace) {
        var command = RedisCommand()
        for word in words { command.append(word) }
        #expect(command.place == place)
        #expect(command.placed.place == place)
    }

    @Test("is known of a head from the start, and of a command without keys by another one's")
    func head() {
        let head = RedisCommand("FCALL", "f", "2", "{a}x").placed
        #expect(head.slot == 15495)
        var command = RedisCommand(head, reserving: 100)
        command.append("{a}y")
        #expect(command.slot == 15495)
        #expect(RedisCommand("FUNCTION", "LOAD", "x").placed(with: command).place == .slot(15495))
        #expect(RedisCommand("PING").placed(with: RedisCommand("PING")).place == .noKey)
        // What is added never changes it.
        command += RedisCommand("{b}")
        #expect(command.place == .slot(15495))
    }

    @Test("is read where Redis itself finds the keys, of every command that we know")
    func asRedis() async throws {
        let server = try await PrivateRedisServer()
        try await withClient(server.url) { client, loop in
            // A subcommand has rules of its own: see below.
            for rule in KeyRule.allCases where rule != .second {
                for name in rule.names {
                    let info =
                        try await client.send(RedisCommand("COMMAND", "INFO", name), on: loop)
                        .array?.first?.array ?? []
                    let positions = info.dropFirst(3).prefix(3).map(\.integer)
                    let isMovable = info.count > 2 && info[2].array?.contains { $0.text == "movablekeys" } ?? false
                    let expected: [Int?] =
                        switch rule {
                        case .first: [1, 1, 1]
                        case .firstTwo: [1, 2, 1]
                        case .all: [1, -1, 1]
                        case .alternate: [1, -1, 2]
                        case .second: []
                        case .counted: [0, 0, 0]
                        }
                    #expect(positions == expected, "\(name)")
                    #expect(isMovable == (rule == .counted), "\(name)")
                }
            }
            for words in [
                ["OBJECT", "ENCODING", "k"], ["MEMORY", "USAGE", "k"], ["XINFO", "STREAM", "k"],
                ["XGROUP", "CREATE", "k", "g", "0"], ["FCALL", "f", "2", "k", "l", "m"], ["EVAL", "", "1", "k", "l"],
            ] {
                var (question, command) = (RedisCommand("COMMAND", "GETKEYS"), RedisCommand())
                for word in words {
                    question.append(word)
                    command.append(word)
                }
                let keys = try await client.send(question, on: loop).array?.compactMap(\.text)
                var rest = Words(rest: command.words[...])
                let rule = try #require(rest.next().flatMap { KeyRule.of($0) })
                #expect(rule.keys(of: &rest).map { String(decoding: $0, as: UTF8.self) } == keys)
            }
        }
    }
}
