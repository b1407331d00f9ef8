import Text
import Leaderboard
import NIOCore

@testable import LeaderboardCommand
@testable import LeaderboardService

extension FuzzTarget {
    static let log = FuzzTarget(
        "log",
        "a stranger's text in a log line, on a terminal, as a metric's label",
        maximumBytes: 256
    ) { input in
        let text = input.text
        for format in LogFormat.allCases {
            let head = LogLine.Head(format, level: "info", logger: "fuzz", message: text)
            var line = LogLine(head, time: LogTime(milliseconds: input.bytes.count))
            line.add(LogLine.Key(text, format), text)
            line.end()
            let bytes = line.bytes
            promise(bytes.lastIndex(of: 0x0A) == bytes.count - 1, "a line ends")
            promise(bytes.firstIndex(of: 0x0A) == bytes.count - 1, "a line is one line")
            guard format == .json else { continue }
            let members = (try? JSONValue(json: Array(bytes), maximumBytes: 1 << 16))?.object
            // A field may have the name of one that every line has.
            promise(members != nil || ["time", "level", "logger", "message"].contains(text), "a line is JSON")
            promise(members?["message"].map { $0.string == text } ?? true, "a message comes back as it is")
        }
        promise(!text.printable.unicodeScalars.contains(where: \.isHidden), "a terminal is told nothing hidden")
        let labels = Exposition.labels([(text, text)])
        promise(!labels.utf8.contains(0x0A), "labels are one line")
    }
}
