import Text
import ArgumentParser
import FoundationEssentials
import Leaderboard
import NIOCore
import NIOHTTP1

/// The running service, as an operator asks it of one board.
struct AdminService: ParsableArguments {
    @OptionGroup var service: OperatorService
    @OptionGroup var board: BoardOption

    /// The body of the answer. A refusal ends the command with the service's own words.
    func ask(_ method: HTTPMethod, _ path: String, _ body: (some Encodable)? = String?.none) async throws -> ByteBuffer
    {
        try await ask(method, at: board.path + path, body)
    }

    /// The same of any board.
    /// - Parameter path: with what stands before the paths of the board.
    func ask(
        _ method: HTTPMethod,
        at path: String,
        _ body: (some Encodable)? = String?.none,
        headers: [(String, String)] = []
    ) async throws -> ByteBuffer {
        let json = try body.map { ByteBuffer(bytes: try JSONEncoder().encode($0)) }
        return try await service.send(method, path, headers: headers, json: json).success()
    }

    func ask<Answer: Decodable>(
        _ method: HTTPMethod,
        at path: String,
        _ body: (some Encodable)? = String?.none,
        headers: [(String, String)] = [],
        as _: Answer.Type
    ) async throws -> Answer {
        let answer = try await ask(method, at: path, body, headers: headers)
        return try JSONDecoder().decode(Answer.self, from: Data(answer.readableBytesView))
    }

    func ask<Answer: Decodable>(
        _ method: HTTPMethod,
        _ path: String,
        _ body: (some Encodable)? = String?.none,
        as _: Answer.Type
    ) async throws -> Answer {
        try await ask(method, at: board.path + path, body, as: Answer.self)
    }
}

/// `--board NAME`: which one a command is about.
struct BoardOption: ParsableArguments {
    @Option(
        name: .customLong("board"),
        help: ArgumentHelp("The board. (default: main)", valueName: "name"),
        transform: Self.board
    )
    var named: BoardID?

    var board: BoardID { named ?? .main }

    /// What stands before the paths of the board in the operators' part of the API.
    var path: String { board == .main ? "" : "/boards/\(board)" }

    static func board(_ text: String) throws -> BoardID {
        do { return try BoardID(text) } catch { throw ValidationError("\(error)") }
    }
}

/// Why a command did not do what it was asked for; the exit code is 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
