import Testing

@testable import Broadcast

@Suite("A backlog")
struct BacklogTests {
    @Test(
        "takes a frame as long as not more than its limit would be unsent",
        arguments: [
            (100, true, 0, true), (4000, true, 4000, true), (4001, true, 3999, true), (4001, true, 4000, false),
            (100, false, 7900, true), (101, false, 7900, false), (8000, false, 0, true), (8001, true, 0, false),
        ]
    )
    func admits(bytes: Int, isWritable: Bool, unsent: Int, expected: Bool) {
        #expect(Backlog(limit: 8000).admits(bytes, isWritable: isWritable, unsent: { unsent }) == expected)
    }

    @Test("below its mark is not even looked at")
    func notAsked() {
        let admits = Backlog(limit: 8000).admits(4000, isWritable: true) {
            Issue.record("asked")
            return 0
        }
        #expect(admits)
    }

    @Test("no frame of changes is longer than it takes at any time", arguments: [0, 4096, 65_536, 1 << 20])
    func frames(bytes: Int) {
        var options = BroadcastOptions()
        options.backlogBytes = bytes
        #expect(options.maximumFrameBytes + Message.envelopeBytes <= options.backlog.limit - options.backlog.highMark)
        #expect(options.maximumFrameBytes > Message.bound(ofChangeOf: String(repeating: "x", count: 128)))
    }
}
