import Testing
import Text

@Suite("Hexadecimal")
struct HexadecimalTests {
    @Test("digits are sixteen, in small and capital letters, and no other byte is one")
    func digits() {
        for byte in UInt8.min ... .max {
            let expected = byte < 0x80 ? Character(Unicode.Scalar(byte)).hexDigitValue : nil
            #expect(byte.hexadecimalValue.map(Int.init) == expected)
        }
    }

    @Test("bytes come back as they were")
    func bytes() {
        let all = Array(UInt8.min ... .max)
        #expect([UInt8](hexadecimal: all.hexadecimal) == all)
        #expect([UInt8](hexadecimal: "00fFAb") == [0, 255, 171])
        #expect([UInt8](hexadecimal: "") == [])
    }

    @Test("of bytes is pairs of digits alone", arguments: ["0", "000", "0g", "+f", "-1", " f", "0x", "０0", "fé"])
    func noBytes(text: String) {
        #expect([UInt8](hexadecimal: text) == nil)
    }

    @Test("numbers have zeros in front of them, and are never cut")
    func numbers() {
        #expect(UInt16(0).hexadecimal(digits: 4) == "0000")
        #expect(UInt16.max.hexadecimal(digits: 2) == "ffff")
        #expect(UInt64(1).hexadecimal(digits: 16) == "0000000000000001")
        #expect(UInt128.max.hexadecimal(digits: 32) == String(repeating: "f", count: 32))
        #expect(UInt8(10).hexadecimal(digits: 0) == "a")
    }
}
