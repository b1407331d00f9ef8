import Testing

@testable import RedisClient

@Suite("The slots of a cluster")
struct SlotMapTests {
    @Test(
        "a key's slot is that of what stands in its first braces",
        arguments: [
            ("123456789", 12739), ("foo", 12182), ("{user1000}.following", 3443), ("user1000", 3443), ("", 0),
            ("{}x", 10595), ("foo{{bar}}zap", 4015), ("{bar", 4015),
        ]
    )
    func slot(key: String, slot: Int) {
        #expect(ClusterSlot.of(key) == slot)
    }

    @Test("are read from a node's answer, whose own address it may leave out")
    func map() {
        let node: (String, Int) -> RESPValue = { .array([.string(Array($0.utf8)), .integer($1), .string([])]) }
        let reply = RESPValue.array([
            .array([.integer(0), .integer(99), node("a", 1), node("b", 2)]),
            .array([.integer(100), .integer(16383), node("", 3), node("a", 1)]),
            .array([.integer(7)]), .null,
        ])
        let map = SlotMap(reply, saidBy: .tcp(host: "c", port: 9))
        #expect(map.owner(of: 99) == .tcp(host: "a", port: 1))
        #expect(map.owner(of: 100) == .tcp(host: "c", port: 3))
        #expect(map.nodes.map(\.description) == ["a:1", "b:2", "c:3"])
        #expect(SlotMap(.null, saidBy: .tcp(host: "c", port: 9)).owner(of: 0) == nil)
    }
}
