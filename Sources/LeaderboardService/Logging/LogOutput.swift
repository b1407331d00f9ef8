import Dispatch
import Synchronization

import Glibc

/// Where log lines go: a bounded buffer that a thread of its own empties, so that a reader that is slow, or stands still,
/// never stops an event loop.
///
/// A line reaches its reader within 50 ms, an urgent one (warning or worse) at once. When the buffer is full, new lines are
/// dropped, and as soon as there is room a line tells how many.
final class LogOutput: Sendable {
    static let standardError: Int32 = 2

    let format: LogFormat
    private let descriptor: Int32
    /// Its reader is systemd's journal.
    private let isJournal: Bool
    private let maximumBytes: Int
    private let queue = DispatchQueue(label: "leaderboard.log")
    private let buffer = Mutex(Buffer())
    private let droppedLines = Atomic(0)

    private struct Buffer {
        var lines: [UInt8] = []
        /// The other array, to be filled while the one is being written: no allocation in the long run.
        var spare: [UInt8] = []
        var isDrainPlanned = false
        var unreportedDrops = 0
    }

    init(descriptor: Int32, format: LogFormat, maximumBytes: Int = 1 << 20, isJournal: Bool? = nil) {
        self.descriptor = descriptor
        self.isJournal = isJournal ?? Journal.reads(descriptor)
        self.format = format
        self.maximumBytes = maximumBytes
    }

    /// The beginning of lines that go here.
    func head(level: String, logger: String, message: String) -> LogLine.Head {
        LogLine.Head(format, level: level, logger: logger, message: message, isForJournal: isJournal)
    }

    /// How many lines were dropped because the buffer was full.
    var dropped: Int { droppedLines.load(ordering: .relaxed) }

    /// Appends one line, which ends with a newline. Returns at once, on any thread.
    func write(_ line: borrowing LogLine, urgently: Bool = false) {
        let mustPlan = buffer.withLock { buffer in
            guard buffer.lines.count + line.bytes.count <= maximumBytes else {
                buffer.unreportedDrops += 1
                droppedLines.add(1, ordering: .relaxed)
                return false
            }
            buffer.lines += line.bytes
            defer { buffer.isDrainPlanned = true }
            return !buffer.isDrainPlanned
        }
        if urgently {
            queue.async { self.drain() }
        } else if mustPlan {
            queue.asyncAfter(deadline: .now() + .milliseconds(50)) { self.drain() }
        }
    }

    /// Returns when all lines so far have been written, or after a second.
    func flush() {
        let written = DispatchSemaphore(value: 0)
        queue.async {
            self.drain()
            written.signal()
        }
        _ = written.wait(timeout: .now() + .seconds(1))
    }

    /// Writes what there is. On the queue only.
    private func drain() {
        var (lines, drops) = buffer.withLock { buffer in
            buffer.isDrainPlanned = false
            let taken = (buffer.lines, buffer.unreportedDrops)
            buffer.lines = buffer.spare
            buffer.spare = []
            buffer.unreportedDrops = 0
            return taken
        }
        if drops > 0 {
            let head = head(level: "warning", logger: "leaderboard.log", message: "log lines dropped")
            var line = LogLine(head, time: .now)
            line.add(LogLine.Key("count", format), drops)
            line.end()
            lines += line.bytes
        }
        writeAll(lines)
        lines.removeAll(keepingCapacity: true)
        buffer.withLock { $0.spare = lines }
    }

    private func writeAll(_ bytes: [UInt8]) {
        var written = 0
        while written < bytes.count {
            // SAFETY: the pointer is the array's own and is used for the call only; the count does not pass its end.
            let count = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: all[written...])
                return unsafe systemWrite(descriptor, rest.baseAddress, rest.count)
            }
            if count > 0 {
                written += count
            } else if errno == EAGAIN {
                var writable = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&writable, 1, -1)
            } else if errno != EINTR {
                // Nobody reads any more, or the disk is full: there is no place left to tell it.
                return
            }
        }
    }
}

private let systemWrite = unsafe Glibc.write
