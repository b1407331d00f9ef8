import NIOCore

@testable import LeaderboardCommand

extension FuzzTarget {
    static let answer = FuzzTarget(
        "answer",
        "HTTP answers, as load and watch read them, in any pieces",
        dictionary: "http"
    ) { input in
        let whole = Reading([input.bytes[...]])
        promise(Reading(input.pieces) == whole, "the same answers, however the bytes come")
        promise(whole.answers.allSatisfy { $0.status >= 200 }, "interim answers are passed over")
        var handshake = Self.handshake
        promise((try? handshake.take(input.buffer)).flatMap { $0 } == nil, "nobody knows what accepts this handshake")
    }

    private static let handshake = LiveHandshake(authority: "a", path: "/")
}

private struct Reading: Equatable {
    var answers: [AnswerReader.Answer] = []
    var isFailure = false

    init(_ pieces: [ArraySlice<UInt8>]) {
        var reader = AnswerReader()
        do {
            for piece in pieces {
                reader.feed(ByteBuffer(bytes: piece))
                while let answer = try reader.next() { answers.append(answer) }
            }
        } catch {
            isFailure = true
        }
    }
}
