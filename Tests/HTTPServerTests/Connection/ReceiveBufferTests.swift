import NIOCore
import Testing

@testable import HTTPServer

/// By NIO's own keeper of buffers: what it does with them is what counts.
@Suite("The buffers that connections are read into")
struct ReceiveBufferTests {
    @Test("are not kept of a viewer, whatever it sends, but for a few bytes")
    func viewer() {
        var pool = NIOPooledRecvBufferAllocator(capacity: 1, recvAllocator: RequestBuffers())
        for count in [16, 700] { read(count, &pool) }
        #expect(kept(pool) == [RequestBuffers.firstBytes])
        pool.recvAllocator = ViewerBuffers()
        for _ in 1...100 { read(1024, &pool) }
        #expect(kept(pool) == [RequestBuffers.firstBytes])
        #expect(read(6, &pool) == 1024)
    }

    @Test("are kept of who sends one request after the other, and fit what it sends")
    func requests() {
        var pool = NIOPooledRecvBufferAllocator(capacity: 1, recvAllocator: RequestBuffers())
        #expect(read(16, &pool) == 16)
        #expect(read(2048, &pool) == 2048)
        #expect(read(4096, &pool) == 4096)
        #expect(kept(pool) == [4096])
        for _ in 1...10 { read(16384, &pool) }
        #expect(kept(pool) == [16384])
    }

    /// - Returns: how much the read could have taken.
    @discardableResult
    private func read(_ count: Int, _ pool: inout NIOPooledRecvBufferAllocator) -> Int {
        let (_, room) = pool.buffer(allocator: ByteBufferAllocator()) { buffer in
            let room = buffer.writableBytes
            buffer.writeRepeatingByte(0, count: min(count, room))
            return room
        }
        pool.record(actualReadBytes: min(count, room))
        return room
    }

    /// The capacities of the buffers that it holds.
    private func kept(_ pool: NIOPooledRecvBufferAllocator) -> [Int] {
        Mirror(reflecting: pool).children.flatMap { child in
            switch child.value {
            case let buffers as [ByteBuffer]: buffers.map(\.storageCapacity)
            case let buffer as ByteBuffer: [buffer.storageCapacity]
            default: [Int]()
            }
        }
    }
}
