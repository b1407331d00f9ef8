import NIOCore

@testable import HTTPServer
@testable import LeaderboardService

extension FuzzTarget {
    static let address = FuzzTarget(
        "address",
        "IP addresses and networks: our reader and the system's agree",
        dictionary: "addresses",
        maximumBytes: 64
    ) { input in
        let text = input.text
        if let address = IPAddress(text) {
            promise(IPAddress(address.description) == address, "an address has one canonical text")
        }
        // Where a C string ends, a text of ours does not; and a zone, which the system takes, is nothing of ours.
        if !text.utf8.contains(where: { [0, UInt8(ascii: "%")].contains($0) }) {
            let systems = try? SocketAddress(ipAddress: text, port: 0)
            promise((IPAddress(text) == nil) == (systems == nil), "both take the same")
            promise(systems?.ipAddress.flatMap { IPAddress($0) } == IPAddress(text), "both mean the same")
        }
        if let network = IPNetwork(text) {
            promise(IPNetwork(network.description) == network, "a network has one canonical text")
        }
        if let forwarded = IPAddress(forwarded: text[...]) {
            promise(IPAddress(forwarded: forwarded.description[...]) == forwarded, "proxies may write it canonically")
        }
    }
}
