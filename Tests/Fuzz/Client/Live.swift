import NIOCore

@testable import LeaderboardCommand

extension FuzzTarget {
    static let live = FuzzTarget(
        "live",
        "live messages, a line each, as load counts them and watch shows them",
        dictionary: "json"
    ) { input in
        let screens = [true, false].map { isTerminal in
            Screen(
                isTerminal: isTerminal,
                write: { text in
                    promise(isTerminal || !text.unicodeScalars.contains("\u{1B}"), "a name is no command to a terminal")
                }
            )
        }
        var viewers = Viewers()
        let all = [viewers.add(after: nil), viewers.add(after: 0)]
        for line in input.lines {
            for viewer in all { viewers.received(message: ByteBuffer(bytes: line), by: viewer) }
            guard let standings = (try? LiveMessage(json: Array(line)))?.scoreboard else { continue }
            for screen in screens { screen.show(standings) }
        }
        viewers.count(DueTimes())
        promise(viewers.behind([:]) == 0, "nobody is behind where nothing was sent")
    }
}
