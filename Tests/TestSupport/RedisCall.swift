import NIOCore

/// One command of Redis on a connection of its own, told as `redis-cli --raw` tells it, without starting a process: of that a test
/// has hundreds, and each cost more than the command.
enum RedisCall {
    static func text(of words: [String], at socket: String, password: String? = nil) async throws -> String {
        let connection: TestConnection
        do {
            connection = try await TestConnection(socket: socket)
        } catch {
            return "Could not connect to Redis at \(socket)"
        }
        defer { connection.close() }
        let greeting = password.map { [["AUTH", $0]] } ?? []
        do {
            for command in greeting + [words] { try await connection.send(encode(command)) }
            for _ in greeting { _ = try await reply(on: connection) }
            return try await reply(on: connection)
        } catch let late as TestConnection.TimedOut {
            throw late
        } catch {
            // The server has gone, as after SHUTDOWN.
            return ""
        }
    }

    private static func reply(on connection: TestConnection) async throws -> String {
        // Longer than any command that is made to wait.
        try await connection.receive(within: .seconds(600)) { bytes in
            var rest = bytes
            guard let text = read(&rest) else { return nil }
            bytes = rest
            return text
        }
    }

    private static func encode(_ words: [String]) -> ByteBuffer {
        var bytes = ByteBuffer(string: "*\(words.count)\r\n")
        for word in words { bytes.writeString("$\(word.utf8.count)\r\n\(word)\r\n") }
        return bytes
    }

    /// Nil: it is not whole. Of an array, its elements are lines, and so are theirs.
    private static func read(_ bytes: inout ByteBuffer) -> String? {
        guard let line = readLine(&bytes), let kind = line.first else { return nil }
        let text = String(line.dropFirst())
        switch kind {
        case "-": return text + "\n"
        case "$":
            guard let count = Int(text), count >= 0 else { return "" }
            guard bytes.readableBytes >= count + 2, let string = bytes.readString(length: count) else { return nil }
            bytes.moveReaderIndex(forwardBy: 2)
            return string
        case "*":
            var elements: [String] = []
            for _ in 0..<max(0, Int(text) ?? 0) {
                guard let element = read(&bytes) else { return nil }
                elements.append(element)
            }
            return elements.joined(separator: "\n")
        default: return text
        }
    }

    private static func readLine(_ bytes: inout ByteBuffer) -> String? {
        let view = bytes.readableBytesView
        guard let end = view.firstIndex(of: UInt8(ascii: "\r")), end + 1 < view.endIndex else { return nil }
        defer { bytes.moveReaderIndex(forwardBy: 2) }
        return bytes.readString(length: end - view.startIndex)
    }
}
