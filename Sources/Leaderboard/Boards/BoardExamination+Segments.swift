import NIOCore
import RedisClient

extension BoardExamination {
    /// What is wrong in the segments of a board (``SegmentWalk``), and whether all of them were looked at. Great ones are not added up.
    /// - Parameter isWhole: of each kind all users; otherwise a page of each step.
    func segmentFaults(
        of keys: BoardKeys,
        _ definition: BoardDefinition,
        isWhole: Bool,
        on eventLoop: any EventLoop
    ) async -> (count: Int, isPartial: Bool) {
        var (count, isPartial) = (0, false)
        for kind in definition.segments.kinds {
            for step in SegmentWalk.Step.allCases {
                var cursor = step.begin
                repeat {
                    let call = SegmentWalk.faults(keys, kind, step, from: cursor)
                    guard let reply = await ask(call, on: eventLoop), let page = try? SegmentWalk.Page(reply: reply)
                    else {
                        isPartial = true
                        break
                    }
                    let great = page.faults.count { $0.what == .great }
                    count += page.faults.count - great
                    isPartial = isPartial || great > 0
                    cursor = page.next
                } while cursor != step.begin && isWhole
                isPartial = isPartial || cursor != step.begin
            }
        }
        return (count, isPartial)
    }
}
