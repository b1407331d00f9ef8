import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

/// A viewer's rights end while they watch: by whichever way, nothing that came behind the change reaches them.
@Suite("Rights that change while a viewer watches", .timeLimit(.minutes(5)))
struct ChangedRightsTests {
    /// What is not for the stranger any more.
    private static let secret = 777_001

    /// One way of watching a board.
    private struct Watch {
        let name: String
        let connection: TestConnection
        let isStream: Bool

        /// The next that comes; nil: it is over, for this board.
        func next() async throws -> String? {
            if isStream {
                let event = try await connection.event()
                return event["event"] == "end" ? nil : event["data"]
            }
            while true {
                let frame = try await connection.frame()
                if frame.opcode == 8 { return nil }
                if frame.opcode == 1 { return frame.payload.contains(#""type":"end""#) ? nil : frame.payload }
            }
        }
    }

    private struct World {
        let service: RunningService
        let operators: AnOperator
        let writer: TestConnection

        func update(_ board: String, _ user: String, _ increase: Int) async throws {
            let answer = try await writer.request(
                "POST",
                "/api/v1/boards/\(board)/score/update",
                ["Authorization": "Bearer \(service.token(user))", "Content-Type": "application/json"],
                body: #"{"user_id":"\#(user)","score_increase":\#(increase)}"#
            )
            #expect(answer.status == 200, "\(answer.body)")
        }

        /// By all ways, each with its first message read.
        func watch(_ board: String, as user: String) async throws -> [Watch] {
            let path = "/api/v1/boards/\(board)"
            let token = ["Authorization": "Bearer \(try service.token(user))"]
            var watches: [Watch] = []
            for query in ["", "?view=top", "?user_id=ada", "?view=me", "?include=metadata"] {
                let socket = try await service.connect()
                #expect(try await socket.openWebSocket(path + "/live" + query, token).status == 101)
                _ = try await socket.text()
                watches.append(Watch(name: query, connection: socket, isStream: false))
            }
            for query in ["", "?view=me"] {
                let stream = try await service.connect()
                let credential = "Authorization: Bearer \(try service.token(user))"
                try await stream.send("GET \(path)/events\(query) HTTP/1.1\r\nHost: a\r\n\(credential)\r\n\r\n")
                _ = try await stream.event()
                watches.append(Watch(name: "events" + query, connection: stream, isStream: true))
            }
            for view in ["", #","view":"me""#] {
                let many = try await ManyBoardsClient(service, token)
                try await many.say(#"{"subscribe":{"sub":"a","board":"\#(board)"\#(view)}}"#)
                _ = try await many.next()
                watches.append(Watch(name: "many" + view, connection: many.connection, isStream: false))
            }
            return watches
        }
    }

    enum Change: String, CaseIterable, Sendable {
        case publicToMembers, privateToMembers, publicToPrivateSuspended, dismissed, suspended

        var before: String {
            switch self {
            case .publicToMembers, .publicToPrivateSuspended: "{}"
            case .privateToMembers, .suspended: #"{"visibility":"private"}"#
            case .dismissed: #"{"visibility":"members"}"#
            }
        }
    }

    @Test("end what they see at once; those who may go on miss nothing", arguments: Change.allCases)
    func ends(change: Change) async throws {
        try await withService(["LIVE_WINDOW_MS": "0"]) { service, _ in
            let world = World(
                service: service,
                operators: try await AnOperator(service),
                writer: try await service.connect()
            )
            let operators = world.operators
            // What comes first is a matter of luck.
            for round in 1...3 {
                let board = "b\(round)"
                let made = try await operators.put(board, change.before, .make)
                let version = try #require(made.headers["etag"]).filter { $0 != "\"" }
                for user in change == .dismissed ? ["ada", "eve"] : ["ada"] {
                    _ = try await operators.ask("PUT", "/\(board)/members/\(user)")
                }
                // Of the suspension of who is on the board, its channel tells.
                for user in ["ada", "eve"] { try await world.update(board, user, 1) }
                let strangers = try await world.watch(board, as: "eve")
                let members = try await world.watch(board, as: "ada")
                switch change {
                case .publicToMembers, .privateToMembers:
                    _ = try await operators.put(board, #"{"visibility":"members"}"#, .change(version))
                case .publicToPrivateSuspended:
                    let path = "/\(board)/users/eve/suspend"
                    #expect(try await operators.ask("POST", path, #"{"reason":"cheats"}"#).status == 200)
                    _ = try await operators.put(board, #"{"visibility":"private"}"#, .change(version))
                case .dismissed: _ = try await operators.ask("DELETE", "/\(board)/members/eve")
                case .suspended:
                    let path = "/\(board)/users/eve/suspend"
                    #expect(try await operators.ask("POST", path, #"{"reason":"cheats"}"#).status == 200)
                }
                try await world.update(board, "ada", Self.secret - 1)
                for watch in strangers {
                    while let text = try await watch.next() {
                        #expect(!text.contains("\(Self.secret)"), "\(change) \(watch.name): \(text)")
                    }
                }
                for watch in members {
                    while true {
                        let text = try #require(try await watch.next(), "\(change) \(watch.name)")
                        if text.contains("\(Self.secret)") { break }
                    }
                }
            }
        }
    }
}
