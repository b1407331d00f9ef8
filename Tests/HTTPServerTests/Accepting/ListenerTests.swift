import Foundation
import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

@Suite("The listening socket")
struct ListenerTests {
    @Test("is opened again at the same port when the system closes it")
    func lost() async throws {
        try await withServer { server in
            // From now on accept fails, as it does of a network that is down; NIO closes the listener for it.
            for descriptor in Self.listeners(atPort: server.port) { shutdown(descriptor, Int32(SHUT_RDWR)) }
            try await until { (try? await server.connect().request("GET", "/hello"))?.status == 200 }
            #expect(server.events.all.contains("listener lost"))
        }
    }

    /// Of this process.
    private static func listeners(atPort port: Int) -> [Int32] {
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return open.compactMap { Int32($0) }.filter { descriptor in
            var (address, length) = (sockaddr_in(), socklen_t(MemoryLayout<sockaddr_in>.size))
            var (isListener, size): (Int32, socklen_t) = (0, 4)
            // SAFETY: both calls fill the local variables, whose sizes they are given.
            let isKnown = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe getsockname(descriptor, $0, &length) == 0
                }
            }
            guard isKnown, unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListener, &size) == 0 else {
                return false
            }
            return isListener == 1 && Int(UInt16(bigEndian: address.sin_port)) == port
        }
    }
}
