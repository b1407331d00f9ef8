// The compiler takes `ucontext_t` for part of the one of the two that it met first, in whatever files it compiles together.
import CDispatch
import Glibc

/// The last line of a process that a signal ends: which signal, and at what address. Nothing of the memory is in it.
///
/// A handler may be called in the middle of anything, an allocation included: it must not allocate, take a lock or touch what
/// others change (signal-safety(7)). So the lines are made ready at the start, one for each signal, and the handler writes
/// digits over some of their bytes and gives the line to `write`. The compiler holds the parts that compute to that
/// (`@_noLocks`); beside them there are calls of the system alone.
enum CrashLine {
    static let signals = [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP]

    /// One signal's line, in memory that is never freed.
    @safe private struct Line {
        let signal: Int32
        let bytes: UnsafeMutablePointer<UInt8>
        let count: Int
        /// Where the 24 characters of the time stand, and where the 16 digits of the two addresses.
        let time: Int
        let address: Int
        let counter: Int
    }

    // SAFETY: written by `install` alone, before the handlers are there that read it.
    nonisolated(unsafe) private static var lines: UnsafeMutablePointer<Line>? = nil
    nonisolated(unsafe) private static var lineCount = 0
    /// What the handler gives to system calls.
    nonisolated(unsafe) private static var now: UnsafeMutablePointer<timespec>? = nil
    nonisolated(unsafe) private static var standardError: UnsafeMutablePointer<pollfd>? = nil

    /// From here on each of the signals leaves its line on standard error, and then has its default action: the process ends, and
    /// its exit status tells the signal. To be called once, before there are other threads.
    static func install(format: LogFormat) {
        guard unsafe lines == nil else { return }
        let made = UnsafeMutablePointer<Line>.allocate(capacity: signals.count)
        let image = imageBase
        for (index, signal) in signals.enumerated() {
            unsafe (made + index).initialize(to: line(for: signal, image: image, format))
        }
        unsafe lines = made
        unsafe lineCount = signals.count
        unsafe now = .allocate(capacity: 1)
        unsafe now?.initialize(to: timespec())
        unsafe standardError = .allocate(capacity: 1)
        unsafe standardError?.initialize(
            to: pollfd(fd: STDERR_FILENO, events: Int16(truncatingIfNeeded: POLLOUT), revents: 0)
        )
        coverThread()
        for signal in signals {
            var action = sigaction()
            action.sa_flags = SA_SIGINFO | SA_ONSTACK | CInt(truncatingIfNeeded: SA_RESETHAND)
            unsafe sigfillset(&action.sa_mask)
            unsafe action.__sigaction_handler.sa_sigaction = { unsafe CrashLine.tell($0, $1, $2) }
            // SAFETY: the call reads the local variable that it is given.
            _ = unsafe sigaction(signal, &action, nil)
        }
    }

    /// Gives the calling thread a stack of its own for the handler: a thread whose stack is full has no room for it. The stack is
    /// never freed, so this is for threads that last. Does nothing where no handler is installed.
    static func coverThread() {
        guard unsafe lines != nil else { return }
        let size = 65_536
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        var stack = unsafe stack_t()
        unsafe stack.ss_sp = memory
        unsafe stack.ss_size = numericCast(size)
        // SAFETY: the memory is the thread's from now on. The call reads the local variable.
        _ = unsafe sigaltstack(&stack, nil)
    }

    // MARK: Making the lines

    /// Stand where the digits will; no digits of the rest of a line.
    private static let addressMark = "AAAAAAAAAAAAAAAA"
    private static let counterMark = "BBBBBBBBBBBBBBBB"

    private static func line(for signal: Int32, image: UInt, _ format: LogFormat) -> Line {
        let head = LogLine.Head(
            format,
            level: "critical",
            logger: "leaderboard",
            message: "ended by a signal",
            isForJournal: Journal.reads(STDERR_FILENO)
        )
        var line = LogLine(head, time: LogTime(milliseconds: 0))
        line.add(LogLine.Key("address", format), "0x" + addressMark)
        line.add(LogLine.Key("image", format), "0x" + String(image, radix: 16))
        line.add(LogLine.Key("pc", format), "0x" + counterMark)
        line.add(LogLine.Key("signal", format), name(of: signal))
        line.end()
        let text = line.bytes
        func place(_ mark: String) -> Int { text.firstRange(of: Array(mark.utf8))?.lowerBound ?? 0 }
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: text.count)
        for (index, byte) in text.enumerated() { unsafe bytes[index] = byte }
        return unsafe Line(
            signal: signal,
            bytes: bytes,
            count: text.count,
            time: place("1970-01-01T00:00:00.000Z"),
            address: place(addressMark),
            counter: place(counterMark)
        )
    }

    private static func name(of signal: Int32) -> String {
        switch signal {
        case SIGABRT: "SIGABRT"
        case SIGBUS: "SIGBUS"
        case SIGFPE: "SIGFPE"
        case SIGILL: "SIGILL"
        case SIGSEGV: "SIGSEGV"
        case SIGTRAP: "SIGTRAP"
        default: "signal \(signal)"
        }
    }

    /// Where the program lies in memory, which differs from run to run: `addr2line -e leaderboard` wants `pc` less this. 0 where the
    /// system does not tell.
    private static var imageBase: UInt {
        guard let maps = unsafe fopen("/proc/self/maps", "r") else { return 0 }
        defer { unsafe fclose(maps) }
        var text = ""
        // SAFETY: the file is open until the end of this scope.
        while let byte = UInt8(exactly: unsafe fgetc(maps)), byte != UInt8(ascii: "-"), text.utf8.count < 16 {
            text.unicodeScalars.append(Unicode.Scalar(byte))
        }
        return UInt(text, radix: 16) ?? 0
    }

    // MARK: The handler

    private static func tell(
        _ signal: Int32,
        _ information: UnsafeMutablePointer<siginfo_t>?,
        _ context: UnsafeMutableRawPointer?
    ) {
        var index = 0
        while unsafe index < lineCount {
            // SAFETY: there are so many lines, and nobody writes them any more but this handler, which all signals hold back.
            if let line = unsafe lines?[index], line.signal == signal {
                if let now = unsafe now, unsafe clock_gettime(CLOCK_REALTIME, now) == 0 {
                    unsafe writeTime(now.pointee.tv_sec, now.pointee.tv_nsec, to: line.bytes + line.time)
                }
                unsafe writeHexadecimal(address(information), to: line.bytes + line.address)
                unsafe writeHexadecimal(counter(context), to: line.bytes + line.counter)
                // A reader that stands still must not keep the process from ending.
                if unsafe poll(standardError, 1, 1000) == 1 { _ = unsafe write(STDERR_FILENO, line.bytes, line.count) }
            }
            index &+= 1
        }
        // Its action is the default one by now. Another process may have sent it, so that nothing would bring it again.
        raise(signal)
    }

    /// What was to be read, written or executed, by `sigaction(2)`; of no meaning for a signal that a process sent.
    @_noLocks
    private static func address(_ information: UnsafeMutablePointer<siginfo_t>?) -> UInt {
        guard let information = unsafe information else { return 0 }
        return UInt(bitPattern: unsafe information.pointee._sifields._sigfault.si_addr)
    }

    /// Of the instruction that the thread was at.
    @_noLocks
    private static func counter(_ context: UnsafeMutableRawPointer?) -> UInt {
        guard let context = unsafe context else { return 0 }
        #if arch(x86_64)
            // REG_RIP
            let registers = unsafe context.assumingMemoryBound(to: ucontext_t.self).pointee.uc_mcontext.gregs
            return UInt(truncatingIfNeeded: registers.16)
        #elseif arch(arm64)
            return UInt(
                truncatingIfNeeded: unsafe context.assumingMemoryBound(to: ucontext_t.self).pointee.uc_mcontext.pc
            )
        #else
            return 0
        #endif
    }

    /// 16 digits.
    @_noLocks
    private static func writeHexadecimal(_ number: UInt, to place: UnsafeMutablePointer<UInt8>) {
        var rest = number
        var index = 15
        while index >= 0 {
            let digit = UInt8(truncatingIfNeeded: rest & 15)
            unsafe place[index] = digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
            rest = rest &>> 4
            index &-= 1
        }
    }

    /// As ``LogTime`` writes it.
    @_noLocks
    private static func writeTime(_ seconds: Int, _ nanoseconds: Int, to place: UnsafeMutablePointer<UInt8>) {
        guard seconds > 0, seconds < 253_402_300_800 else { return }
        let (days, second) = (seconds / 86_400, seconds % 86_400)
        let date = LogTime.date(daysSince1970: days)
        unsafe writeDecimal(date.year, 4, to: place)
        unsafe writeDecimal(date.month, 2, to: place + 5)
        unsafe writeDecimal(date.day, 2, to: place + 8)
        unsafe writeDecimal(second / 3600, 2, to: place + 11)
        unsafe writeDecimal(second / 60 % 60, 2, to: place + 14)
        unsafe writeDecimal(second % 60, 2, to: place + 17)
        unsafe writeDecimal(nanoseconds / 1_000_000, 3, to: place + 20)
    }

    @_noLocks
    private static func writeDecimal(_ number: Int, _ digits: Int, to place: UnsafeMutablePointer<UInt8>) {
        var rest = number
        var index = digits &- 1
        while index >= 0 {
            unsafe place[index] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            index &-= 1
        }
    }
}
