import Testing

@testable import HTTPServer

@Suite("Places")
struct PlacesTests {
    private let one = ClientNetwork("192.0.2.1")
    private let other = ClientNetwork("192.0.2.2")
    private let third = ClientNetwork("2001:db8::1")

    @Test("are as many as they are given, in all and for one network, and one that is left is free again")
    func bounds() throws {
        let places = Places(PlaceLimits(total: 3, perNetwork: 2))
        var first: Place? = try places.take(for: one)
        let second = try places.take(for: one)
        #expect(throws: NoPlace.forNetwork) { try places.take(for: one) }
        let last = try places.take(for: other)
        #expect(throws: NoPlace.inTotal) { try places.take(for: third) }
        #expect(places.count == 3)
        first = nil
        #expect(places.count == 2)
        first = try places.take(for: one)
        _ = (first, second, last)
    }

    @Test("are not taken by who is refused", arguments: [(1, 5, NoPlace.inTotal), (5, 1, .forNetwork)])
    func refused(total: Int, perNetwork: Int, reason: NoPlace) throws {
        let places = Places(PlaceLimits(total: total, perNetwork: perNetwork))
        let place = try places.take(for: one)
        for _ in 0..<3 { #expect(throws: reason) { try places.take(for: one) } }
        #expect(places.count == 1)
        _ = place
    }

    @Test("are shared by the addresses of one network")
    func network() throws {
        let places = Places(PlaceLimits(total: 10, perNetwork: 1))
        let place = try places.take(for: ClientNetwork("2001:db8::1"))
        #expect(throws: NoPlace.forNetwork) { try places.take(for: ClientNetwork("2001:db8::ffff:1")) }
        _ = (place, try places.take(for: ClientNetwork("2001:db8:0:1::1")))
    }

    @Test("are counted right under a rush from all threads")
    func rush() async {
        let places = Places(PlaceLimits(total: 50, perNetwork: 10))
        let held = await withTaskGroup { tasks in
            for number in 0..<200 {
                tasks.addTask { try? places.take(for: ClientNetwork("192.0.2.\(number % 4)")) }
            }
            return await tasks.reduce(into: []) { $0.append($1) }.compactMap(\.self)
        }
        #expect(held.count == 40)
        #expect(places.count == 40)
    }
}
