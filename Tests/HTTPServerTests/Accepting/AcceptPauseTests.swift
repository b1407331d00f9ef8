import Foundation
import NIOCore
import Testing

@testable import HTTPServer

@Suite("After an error of accept")
struct AcceptPauseTests {
    @Test(
        "the listener rests where something is short, goes on where a client has gone, and leaves the rest to NIO",
        arguments: [
            (EMFILE, AcceptPause.Answer.rest(.milliseconds(20), spareHelps: true)),
            (ENFILE, .rest(.milliseconds(20), spareHelps: true)),
            (ENOBUFS, .rest(.milliseconds(20), spareHelps: false)),
            (ENOMEM, .rest(.milliseconds(20), spareHelps: false)), (ECONNABORTED, .goOn), (EINVAL, .fail),
            (EPERM, .fail),
            (0, .fail), (-1, .fail), (.max, .fail),
        ]
    )
    func answers(error: Int32, answer: AcceptPause.Answer) {
        var pause = AcceptPause()
        #expect(pause.failed(error) == answer)
    }

    @Test("it rests longer each time, up to a second, and after a connection as briefly as at first")
    func longer() {
        var pause = AcceptPause()
        var rests: [TimeAmount] = []
        for _ in 0..<100 {
            guard case .rest(let duration, _) = pause.failed(EMFILE) else { continue }
            rests.append(duration)
        }
        #expect(Array(rests.prefix(7)) == [20, 40, 80, 160, 320, 640, 1000].map { TimeAmount.milliseconds($0) })
        #expect(rests.dropFirst(7).allSatisfy { $0 == .seconds(1) })
        pause.accepted()
        #expect(pause.failed(ENOMEM) == .rest(.milliseconds(20), spareHelps: false))
    }
}
