import Synchronization
import TestSupport

/// Plays a sentinel that names the port, in the epoch, and announces nothing.
final class ScriptedSentinel: Sendable {
    struct Word: Sendable {
        var port: Int
        var epoch = 1
        var flags = "master"
    }

    private let word: SharedWord
    private let server: ScriptedServer

    var port: Int { server.port }
    var url: String { "redis+sentinel://127.0.0.1:\(port)/main" }

    init(_ port: Int) async throws {
        let word = SharedWord(Word(port: port))
        self.word = word
        server = try await ScriptedServer { _, bytes in
            [.send(Self.replies(to: bytes, word.value))]
        }
    }

    /// From now on.
    func say(_ change: (inout Word) -> Void) { word.change(change) }

    func stop() async throws { try await server.stop() }

    private static func replies(to bytes: String, _ word: Word) -> String {
        let words = bytes.split(separator: "\r\n").map(String.init)
        return zip(words, words.dropFirst(2) + ["", ""]).map { name, next in
            switch name {
            case "MASTER":
                array("flags", word.flags, "config-epoch", "\(word.epoch)")
            case "GET-MASTER-ADDR-BY-NAME": array("127.0.0.1", "\(word.port)")
            case "REPLICAS": "*0\r\n"
            case "PING": "+PONG\r\n"
            case "SUBSCRIBE": "*3\r\n$9\r\nsubscribe\r\n$\(next.utf8.count)\r\n\(next)\r\n:1\r\n"
            default: ""
            }
        }.joined()
    }

    private static func array(_ words: String...) -> String {
        "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
    }
}

private final class SharedWord: Sendable {
    private let word: Mutex<ScriptedSentinel.Word>

    init(_ word: ScriptedSentinel.Word) { self.word = Mutex(word) }

    var value: ScriptedSentinel.Word { word.withLock(\.self) }

    func change(_ change: (inout ScriptedSentinel.Word) -> Void) {
        word.withLock { change(&$0) }
    }
}
