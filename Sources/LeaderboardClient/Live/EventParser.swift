/// Server-Sent Events out of bytes that come in any pieces (HTML, section 9.2.6), as our service writes them. Without I/O.
package struct EventParser {
    /// A longer event is none of our service's.
    private static let maximumBytes = 4_000_000

    package struct TooLong: Error {}

    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var (hasData, hasName, isAfterReturn) = (false, false, false)

    package init() {}

    /// Calls for the data of each event that is whole now and has no name.
    package mutating func take(_ bytes: some Sequence<UInt8>, _ body: ([UInt8]) -> Void) throws(TooLong) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n") where isAfterReturn: isAfterReturn = false
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                isAfterReturn = byte == UInt8(ascii: "\r")
                end(body)
            default:
                isAfterReturn = false
                guard line.count + data.count < Self.maximumBytes else { throw TooLong() }
                line.append(byte)
            }
        }
    }

    private mutating func end(_ body: ([UInt8]) -> Void) {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else {
            if hasData, !hasName { body(data) }
            (data, hasData, hasName) = ([], false, false)
            return
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if line[..<colon].elementsEqual("data".utf8) {
            if hasData { data.append(UInt8(ascii: "\n")) }
            data += value
            hasData = true
        } else if line[..<colon].elementsEqual("event".utf8) {
            hasName = true
        }
    }
}
