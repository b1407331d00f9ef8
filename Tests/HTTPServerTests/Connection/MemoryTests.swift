import Foundation
import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

/// In a process of its own, so that its memory is the memory of this.
@Suite("The memory of a server", .timeLimit(.minutes(5)))
struct MemoryTests {
    @Test("stays bounded with 2,000 clients that send half a head, or pipeline and do not read")
    func slowClients() async throws {
        await #expect(processExitsWith: .success) {
            raiseDescriptorLimit()
            var options = ServerOptions.test
            // Nobody is closed before the count, however slow the machine.
            options.headTimeout = .seconds(300)
            options.answerTimeout = .seconds(300)
            try await withServer(options) { server in
                var clients: [TestConnection] = []
                // The first ones pay for what is made once.
                for _ in 1...50 { clients.append(try await server.connect()) }
                let before = residentBytes()
                for number in 1...2000 {
                    let client = try await server.connect(receiveBuffer: 4096)
                    clients.append(client)
                    switch number % 3 {
                    case 0: break
                    case 1:
                        // 7 KiB of a head, a byte short of its end.
                        let value = String(repeating: "a", count: 7000)
                        try await client.send("GET /hello HTTP/1.1\r\nHost: test\r\nX-A: \(value)\r\n\r")
                    default:
                        try await client.setReading(false)
                        let request = "GET /large?bytes=60000 HTTP/1.1\r\nHost: test\r\n\r\n"
                        try await client.send(String(repeating: request, count: 200))
                    }
                }
                // All of it has arrived, for this comes behind it on the same loop.
                let control = try await server.connect()
                for _ in 1...20 { #expect(try await control.request("GET", "/hello").status == 200) }
                #expect(server.server.connectionCount == 2051)
                // Both ends of 2,000 connections are in this process. Unbounded, the unread answers alone would be 8 GB.
                let growth = residentBytes() - before
                print("grew by \(growth / 2000) bytes a connection")
                #expect(growth < 400_000_000)
            }
        }
    }
}

extension MemoryTests {
    /// What a board keeps of it besides comes on top.
    @Test("grows by less than 3,000 bytes with each WebSocket")
    func viewers() async throws {
        await #expect(processExitsWith: .success) {
            var options = ServerOptions.test
            options.pingInterval = .seconds(600)
            try await withServer(options) { server in
                var sockets: [Int32] = []
                defer { for socket in sockets { close(socket) } }
                // The first ones pay for what is made once.
                for _ in 1...200 { sockets.append(try openBareWebSocket(port: server.port)) }
                let before = residentBytes()
                for _ in 1...800 { sockets.append(try openBareWebSocket(port: server.port)) }
                let growth = residentBytes() - before
                print("grew by \(growth / 800) bytes a viewer")
                #expect(growth / 800 < 3000)
            }
        }
    }
}

/// Its client has no memory in this process.
private func openBareWebSocket(port: Int) throws -> Int32 {
    struct NotOpened: Error {}
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    address.sin_port = in_port_t(port).bigEndian
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let handshake =
        "GET /live HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    var answer = [UInt8](repeating: 0, count: 512)
    // SAFETY: the calls read or fill our own values, within their lengths.
    let connected = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard connected == 0, unsafe send(descriptor, handshake, handshake.utf8.count, 0) == handshake.utf8.count,
        unsafe recv(descriptor, &answer, answer.count, 0) > 12, answer[9] == UInt8(ascii: "1")
    else { throw NotOpened() }
    return descriptor
}

/// Both ends of each connection need one.
private func raiseDescriptorLimit() {
    var limit = rlimit()
    let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
    // SAFETY: both calls only fill or read the local variable.
    guard unsafe getrlimit(resource, &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    unsafe setrlimit(resource, &limit)
}

private func residentBytes() -> Int {
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
    return (pages.flatMap { Int($0[1]) } ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
}
