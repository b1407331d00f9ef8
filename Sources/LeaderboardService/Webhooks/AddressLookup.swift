import HTTPServer
import NIOCore
import NIOPosix

/// The addresses of a name. Threads of its own: a name server that is slow holds up nobody else.
final class AddressLookup: Sendable {
    /// Looks a name up; none is known: an empty list.
    typealias Resolve = @Sendable (_ name: String) -> [IPAddress]

    private let threads = NIOThreadPool(numberOfThreads: 4)
    private let resolve: Resolve

    init(_ resolve: @escaping Resolve = AddressLookup.system) {
        self.resolve = resolve
        threads.start()
    }

    func addresses(of host: String) async -> [IPAddress] {
        if let address = IPAddress(host) { return [address] }
        let resolve = resolve
        return (try? await threads.runIfActive { resolve(host) }) ?? []
    }

    /// No look-up can follow.
    func close() async {
        try? await threads.shutdownGracefully()
    }

    /// A zone behind an address is of link-local ones, which are checked without it.
    @Sendable static func system(_ name: String) -> [IPAddress] {
        HostAddresses.named(name).compactMap { $0.ipAddress.flatMap { IPAddress($0.prefix { $0 != "%" }) } }
    }
}
