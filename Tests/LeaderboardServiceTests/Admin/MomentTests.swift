import Testing

@testable import LeaderboardService

@Suite("A moment in words")
struct MomentTests {
    @Test(
        "is the millisecond that it is",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (999, "1970-01-01T00:00:00.999Z"),
            (1_795_579_200_123, "2026-11-25T04:00:00.123Z"), (1_795_579_200_001, "2026-11-25T04:00:00.001Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (253_402_300_800_000, "253402300800000 ms"),
            (UInt64.max, "18446744073709551615 ms"),
        ]
    )
    func text(milliseconds: UInt64, text: String) {
        #expect(Moment.text(milliseconds) == text)
    }
}
