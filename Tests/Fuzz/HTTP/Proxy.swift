import NIOCore

@testable import HTTPServer
@testable import LeaderboardService

extension FuzzTarget {
    static let proxy = FuzzTarget(
        "proxy",
        "PROXY headers, version 1 and 2, in any pieces",
        dictionary: "proxy"
    ) { input in
        let whole = Reading([input.bytes[...]])
        promise(Reading(input.pieces) == whole, "the same header, however the bytes come")
        guard case .client(let address)? = whole.header else { return }
        let remote = RemoteAddress(address)
        promise(IPAddress(remote.text)?.description == remote.text, "a client is one address, in its canonical text")
        guard input.bytes.first == UInt8(ascii: "P") else { return }
        let word = input.bytes.split(separator: UInt8(ascii: " "), maxSplits: 3).dropFirst(2).first ?? []
        promise(IPAddress(String(decoding: word, as: UTF8.self)) == IPAddress(remote.text), "the header said so")
    }
}

private struct Reading: Equatable {
    var header: ProxyHeader?
    var isMalformed = false
    var rest: [UInt8] = []

    init(_ pieces: [ArraySlice<UInt8>]) {
        var bytes = ByteBuffer()
        do {
            for piece in pieces {
                bytes.writeBytes(piece)
                if header == nil { header = try ProxyHeader.take(from: &bytes) }
            }
            rest = Array(bytes.readableBytesView)
        } catch {
            isMalformed = true
        }
    }
}
