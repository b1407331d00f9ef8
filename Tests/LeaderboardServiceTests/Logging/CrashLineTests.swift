import Foundation
import Testing

@testable import LeaderboardService

@Suite("The last line of a process")
struct CrashLineTests {
    @Test("tells a check that failed, and the exit status stays the signal's")
    func trap() async throws {
        let result = await #expect(processExitsWith: .signal(trapSignal), observing: [\.standardErrorContent]) {
            CrashLine.install(format: .json)
            let one = [CommandLine.arguments.count]
            print(one[CommandLine.arguments.count + 1])
        }
        try expectLine(of: trapSignal == SIGILL ? "SIGILL" : "SIGTRAP", in: result)
    }

    @Test("tells an address that is none, by its digits")
    func address() async throws {
        let result = await #expect(processExitsWith: .signal(SIGSEGV), observing: [\.standardErrorContent]) {
            CrashLine.install(format: .json)
            unsafe UnsafeMutablePointer<Int>(bitPattern: 0x12_3450)?.pointee = 1
        }
        let line = try expectLine(of: "SIGSEGV", in: result)
        #expect(line.contains(#""address":"0x0000000000123450""#))
    }

    @Test("is written on a stack of its own, when the thread's is full")
    func stackOverflow() async throws {
        let result = await #expect(processExitsWith: .signal(SIGSEGV), observing: [\.standardErrorContent]) {
            CrashLine.install(format: .json)
            let thread = Thread {
                CrashLine.coverThread()
                print(deep(3))
            }
            thread.start()
            sleep(60)
        }
        try expectLine(of: "SIGSEGV", in: result)
    }

    @Test("is there for abort, and in words where the log is")
    func words() async throws {
        let result = await #expect(processExitsWith: .signal(SIGABRT), observing: [\.standardErrorContent]) {
            CrashLine.install(format: .text)
            abort()
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains(/Z critical leaderboard: ended by a signal address=0x[0-9a-f]{16} .*signal=SIGABRT/))
    }

    /// The one line, with the time of now and nothing else of the process than three numbers.
    @discardableResult
    private func expectLine(of signal: String, in result: ExitTest.Result?) throws -> String {
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        let lines = text.split(separator: "\n").filter { $0.contains("ended by a signal") }
        #expect(lines.count == 1)
        let line = String(try #require(lines.first, "\(text)"))
        let head = #"","level":"critical","logger":"leaderboard","message":"ended by a signal","address":"0x"#
        let date = Date.now.formatted(.iso8601).prefix(10)
        #expect(line.hasPrefix(#"{"time":"\#(date)T"#) && line.contains(head))
        #expect(
            line.wholeMatch(of: /.*"image":"0x[0-9a-f]+","pc":"0x[0-9a-f]{16}","signal":"(\w+)"}/)?.1 == signal[...]
        )
        return line
    }
}

/// How the processor tells a failed check of Swift's.
#if arch(x86_64)
    private let trapSignal = SIGILL
#else
    private let trapSignal = SIGTRAP
#endif

/// Takes stack until there is none.
private func deep(_ number: Int) -> Int {
    number < 0 ? number : deep(number &+ 1) &+ deep(number &+ 2) &+ 1
}
