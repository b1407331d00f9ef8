import NIOHTTP1
import Testing

@testable import HTTPServer

@Suite("A request's id")
struct RequestIDTests {
    @Test("of ours is unique, sane, and does not tell the next one")
    func ours() {
        let ids = (0..<10_000).map { _ in RequestID.next() }
        #expect(Set(ids).count == ids.count)
        let alphabet = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
        #expect(ids.allSatisfy { $0.utf8.count <= 28 && $0.allSatisfy(alphabet.contains) })
        // What stands behind the process' number is no count: neighbours are as far apart as any two.
        let numbers = ids.compactMap { $0.split(separator: "-").last.flatMap { UInt64($0, radix: 36) } }
        #expect(numbers.count == ids.count)
        let near = zip(numbers, numbers.dropFirst()).count { max($0, $1) - min($0, $1) < 1 << 20 }
        #expect(near == 0)
    }

    @Test("counts as the cipher's authors do")
    func vector() {
        let cipher = CountCipher(key: 0x1b1a_1918_1312_1110_0b0a_0908_0302_0100)
        #expect(cipher.encrypt(0x3b72_6574_7475_432d) == 0x8c6f_a548_454e_028b)
    }
}
