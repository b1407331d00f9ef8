import Testing

@testable import Broadcast

@Suite("The admission desk")
struct AdmissionTests {
    @Test("has as many places as it is given, in all and for one address, and one that is left is free again")
    func places() {
        let desk = AdmissionDesk(maximum: 3, maximumPerAddress: 2)
        var first = desk.admit(address: "a")
        let second = desk.admit(address: "a")
        #expect(first != nil && second != nil)
        #expect(desk.admit(address: "a") == nil)
        let other = desk.admit(address: "b")
        #expect(other != nil)
        #expect(desk.admit(address: "c") == nil)
        #expect(desk.count == 3)
        first = nil
        #expect(desk.count == 2)
        #expect(desk.admit(address: "a") != nil)
        _ = (second, other)
    }

    @Test("one that is refused takes no place")
    func refused() {
        let desk = AdmissionDesk(maximum: 1, maximumPerAddress: 1)
        for _ in 0..<3 { _ = desk.admit(address: "a") }
        #expect(desk.count == 0)
    }

    @Test("counts right under a rush from all threads")
    func rush() async {
        let desk = AdmissionDesk(maximum: 50, maximumPerAddress: 10)
        let held = await withTaskGroup { tasks in
            for number in 0..<200 { tasks.addTask { desk.admit(address: "\(number % 4)") } }
            return await tasks.reduce(into: []) { $0.append($1) }.compactMap(\.self)
        }
        #expect(held.count == 40)
        #expect(desk.count == 40)
    }
}
