import Testing

@testable import Broadcast

@Suite("The bytes that all rings share")
struct RingSharesTests {
    @Test(
        "are one board's while it is alone; room to grow for short ones, and what is left for long ones",
        arguments: [
            (100_000, [0], [100_000]), (100_000, [0, 0], [50_000, 50_000]),
            (100_000, [90_000, 0], [95_904, 4096]), (100_000, [90_000, 90_000], [50_000, 50_000]),
            (100_000, [10_000, 1000], [57_952, 42_048]), (6000, [0, 0, 0], [2000, 2000, 2000]), (0, [0, 0], [0, 0]),
            (1 << 30, [.max / 4, 1], [1_073_737_728, 4096]), (10, [], []),
        ] as [(Int, [Int], [Int])]
    )
    func bounds(budget: Int, used: [Int], expected: [Int]) {
        let bounds = RingShares.bounds(budget, used: used)
        #expect(bounds == expected)
        #expect(bounds.reduce(0, +) <= budget)
    }
}
