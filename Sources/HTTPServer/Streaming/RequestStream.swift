package import NIOCore

/// Why a body is not read to its end.
package enum StreamEnd: Error, Equatable {
    /// The client has gone, or has ended its side in the middle.
    case gone
    /// What should have come did not come in time.
    case late
    /// The server stops. What was not handed over was not read.
    case stopping
    /// What came is not what HTTP frames a body with.
    case malformed
}

/// A request whose body comes piece by piece, and whose answer may leave so, at the same time. Who handles it takes one piece after the
/// other: meanwhile one more is read at most, and the client waits. Exactly one answer is due: ``answer(_:)``, or ``begin(_:)``,
/// then ``write(_:)``, then ``end()``. On the connection's loop only.
package struct RequestStream: Sendable {
    /// For how long the next piece is waited for.
    package enum Patience: Sendable {
        /// The whole body must come within the time for one.
        case body
        /// It has no end that is known: its next byte must come before an idle connection would be closed.
        case piece
    }

    enum Taken {
        case piece(ByteBuffer)
        case complete
        case ended(StreamEnd)
        case nothing
    }

    private let connection: NIOLoopBound<HTTPConnection>

    init(_ connection: HTTPConnection, on eventLoop: any EventLoop) {
        self.connection = NIOLoopBound(connection, eventLoop: eventLoop)
    }

    /// Some more of the body, at least one byte; nil: it has ended as it should. Who asked whether to send (`Expect: 100-continue`) is
    /// told now, so a request that is refused before is not sent in vain.
    package func next(_ patience: Patience) async throws(StreamEnd) -> ByteBuffer? {
        while true {
            switch connection.value.takePiece(patience) {
            case .piece(let bytes): return bytes
            case .complete: return nil
            case .ended(let end): throw end
            case .nothing: await withCheckedContinuation { connection.value.awaitPiece(patience, $0) }
            }
        }
    }

    /// The whole answer. Where the body was not read to its end, the connection ends with it.
    package func answer(_ response: Response) {
        connection.value.answerStream(response)
    }

    /// The head of an answer whose body follows in pieces.
    package func begin(_ response: Response) {
        connection.value.beginAnswer(response)
    }

    /// Some more of the answer; waits while the client does not read it.
    package func write(_ bytes: ByteBuffer) async throws(StreamEnd) {
        if !connection.value.writePiece(bytes) {
            await withCheckedContinuation { connection.value.awaitWritable($0) }
        }
        guard connection.value.isStreaming else { throw .gone }
    }

    package func end() {
        connection.value.endAnswer()
    }
}
