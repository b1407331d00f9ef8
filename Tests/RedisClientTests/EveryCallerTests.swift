import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import RedisClient

@Suite("Every caller is answered once")
struct EveryCallerTests {
    /// What may happen to the replies of one read.
    private enum Fate: CaseIterable { case good, refused, wrongServer, notReplicated, cut, stall, rubbish }

    @Test(
        "whatever a server does that stalls, hangs up, refuses, and answers rubbish",
        .timeLimit(.minutes(2)),
        arguments: [Durability.local, .replicated]
    )
    func everyCaller(_ durability: Durability) async throws {
        let random = Mutex(SeededGenerator(seed: 7))
        let server = try await ScriptedServer { _, bytes in
            let fate = random.withLock { random in
                Int.random(in: 0..<3, using: &random) > 0
                    ? Fate.good : Fate.allCases.randomElement(using: &random) ?? .good
            }
            return Self.replies(to: bytes, fate)
        }
        var options = RedisOptions()
        options.durability = durability
        options.maximumPendingCommands = 30
        options.commandTimeout = .milliseconds(20)
        options.reconnectDelay = .milliseconds(1) ... .milliseconds(5)
        var outcomes: [String: Int] = [:]
        try await withClient("redis://127.0.0.1:\(server.port)", options, isReady: false) { client, loop in
            await withTaskGroup { tasks in
                for caller in 0..<40 {
                    tasks.addTask { await Self.send(200, isDurable: caller > 5, client, loop) }
                }
                for await counts in tasks { outcomes.merge(counts, uniquingKeysWith: +) }
            }
            #expect(client.pendingCount == 0)
        }
        try await server.stop()
        #expect(outcomes.values.reduce(0, +) == 8000)
        // What waits for a connection goes over the next one, so that "not connected" need not come.
        let some: [RedisError] = [.notSent(.queueFull), .outcomeUnknown(.connectionLost)]
        #expect(Set(["done"] + some.map(\.description)).isSubset(of: outcomes.keys), "\(outcomes)")
    }

    /// One command after another; counts what became of them.
    private static func send(
        _ count: Int,
        isDurable: Bool,
        _ client: RedisConnections,
        _ loop: any EventLoop
    ) async -> [String: Int] {
        var outcomes: [String: Int] = [:]
        for _ in 0..<count {
            do throws(RedisError) {
                _ = try await client.send(RedisCommand("INCR", "x"), isDurable: isDurable, on: loop)
                outcomes["done", default: 0] += 1
            } catch {
                outcomes["\(error)", default: 0] += 1
            }
        }
        return outcomes
    }

    private static func replies(to bytes: String, _ fate: Fate) -> [ScriptedServer.Step] {
        let words = bytes.split(separator: "\r\n").filter { ["INCR", "WAIT", "ROLE", "PING", "INFO"].contains($0) }
        var replies = words.map { word in
            switch word {
            case "ROLE": primaryRole
            case "WAIT": fate == .notReplicated ? ":0\r\n" : ":1\r\n"
            default: ":1\r\n"
            }
        }
        guard let middle = replies.indices.randomElement(), !words.contains("ROLE") else {
            return [.send(replies.joined())]
        }
        switch fate {
        case .good, .notReplicated: break
        case .refused: replies[middle] = "-ERR no\r\n"
        case .wrongServer: replies[middle] = "-READONLY no\r\n"
        case .cut: return [.sendAndHangUp(replies[..<middle].joined() + ":")]
        case .stall: return [.stall]
        case .rubbish: replies[middle] = "*1\r\n!\r\n"
        }
        return [.send(replies.joined())]
    }
}
