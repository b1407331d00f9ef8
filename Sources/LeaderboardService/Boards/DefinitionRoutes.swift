import Board
import HTTPServer
import Leaderboard
import Logging
import NIOCore
import NIOHTTP1

/// `/api/v1/admin/boards` and `/api/v1/admin/boards/{board}`: operators list, read, make, change and delete definitions, of boards
/// and of templates.
struct DefinitionRoutes: Sendable {
    static let maximumBodyBytes = BoardDefinition.maximumBytes

    let operators: Operators
    let catalogue: Catalogue
    let logger: Logger

    func list(_ request: Request) async -> Response {
        await adminPage { () throws(Refusal) in
            _ = try await operators.actor(of: request, parameters: BoardList.parameters)
            return try await BoardList.page(of: .everything, catalogue, request)
        }
    }

    func read(_ request: Request) async -> Response {
        await answer { () throws(Refusal) in
            _ = try await operators.actor(of: request)
            let name = try Self.name(of: request)
            guard let definition = try await held(name, request).definition else { throw .boardNotFound }
            return .shown(.ok, definition, name)
        }
    }

    func put(_ request: Request) async -> Response {
        await answer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let name = try Self.name(of: request)
            let definition = try Self.definition(in: request, name)
            guard let condition = try DefinitionCondition(request.headers) else { throw .versionRequired }
            let held = try await held(name, request)
            try condition.check(held)
            let outcome: DefinitionOutcome
            do throws(ScoreStoreError) {
                outcome = try await catalogue.store(definition, as: name, inPlaceOf: held, on: request.eventLoop)
            } catch { throw Refusal(operating: error) }
            switch outcome {
            case .stored(let stored):
                note(condition == .absent ? "board made" : "board changed", name, stored.version, actor, request)
                return .shown(condition == .absent ? .created : .ok, stored, name)
            case .otherVersion(let version):
                throw condition == .absent ? .boardExists : .versionMismatch(version)
            case .fixed(let member): throw .fixedField(member)
            case .fixedWindow(let name, let rule): throw .fixedWindow(name, rule: rule)
            case .boardsLimit: throw .boardsLimit(catalogue.maximumBoards)
            case .onHold(let users): throw .usersOnHold(users)
            }
        }
    }

    /// `?data=delete`: with all that is kept of the board.
    func delete(_ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request, parameters: ["data"])
            let name = try Self.name(of: request)
            let withData = try Self.deletesData(request.query)
            guard name != .board(.main) else { return try await returnMain(withData, actor, request) }
            var version: String?
            if let condition = try DefinitionCondition(request.headers) {
                let held = try await held(name, request)
                if held != .deleting { try condition.check(held) }
                version = held.version
            }
            let outcome: DeletionOutcome
            do throws(ScoreStoreError) {
                outcome = try await catalogue.delete(name, version: version, withData: withData, on: request.eventLoop)
            } catch { throw Refusal(operating: error) }
            switch outcome {
            case .deleted:
                note("board deleted", name, version, actor, request)
                return ByteBuffer(string: #"{"status":"success","name":"\#(name)","data_deleted":\#(withData)}"#)
            case .otherVersion(let version): throw .versionMismatch(version)
            case .notFound: throw .boardNotFound
            case .notEmpty: throw .boardNotEmpty
            }
        }
    }

    /// Of `main`, which is always there, only the definition is deleted: then the environment says again what it is.
    private func returnMain(_ withData: Bool, _ actor: UserID, _ request: Request) async throws(Refusal) -> ByteBuffer {
        let name = DefinitionName.board(.main)
        let held = try await held(name, request)
        if let condition = try DefinitionCondition(request.headers) { try condition.check(held) }
        if case .environment = held { throw .mainStays }
        guard !withData else { throw .mainStays }
        let outcome: DefinitionOutcome
        do throws(ScoreStoreError) {
            outcome = try await catalogue.returnToEnvironment(from: held, on: request.eventLoop)
        } catch { throw Refusal(operating: error) }
        switch outcome {
        case .stored:
            note("board returned to its environment", name, held.version, actor, request)
            return ByteBuffer(string: #"{"status":"success","name":"main","data_deleted":false}"#)
        case .otherVersion(let version): throw .versionMismatch(version)
        case .fixed(let member): throw .fixedField(member)
        case .fixedWindow(let name, let rule): throw .fixedWindow(name, rule: rule)
        case .boardsLimit: throw .boardsLimit(catalogue.maximumBoards)
        case .onHold(let users): throw .usersOnHold(users)
        }
    }

    private static func deletesData(_ query: Query) throws(Refusal) -> Bool {
        let values = query.values("data")
        guard !values.isEmpty else { return false }
        guard values == ["delete"] else { throw .invalidQuery("data must be delete, or left out.") }
        return true
    }

    private static func name(of request: Request) throws(Refusal) -> DefinitionName {
        do { return try DefinitionName(request.parameters[RequestedBoard.parameter] ?? "") } catch {
            throw .invalidBoardName("\(error)")
        }
    }

    private static func definition(in request: Request, _ name: DefinitionName) throws(Refusal) -> BoardDefinition {
        let object = try AdminBody.object(of: request, maximumBytes: maximumBodyBytes)
        do { return try BoardDefinition(json: object, named: name) } catch { throw .invalidDefinition("\(error)") }
    }

    /// A definition that the index has lost is put back into it, so that a file that is applied brings back its boards, changed or not.
    private func held(_ name: DefinitionName, _ request: Request) async throws(Refusal) -> HeldDefinition {
        do throws(ScoreStoreError) {
            let held = try await catalogue.held(name, on: request.eventLoop)
            // What cannot be mended now is mended the next time.
            if case .stored(let definition) = held {
                try? await catalogue.note(name, definition, on: request.eventLoop)
            }
            return held
        } catch { throw Refusal(reading: error) }
    }

    private func note(
        _ what: Logger.Message,
        _ name: DefinitionName,
        _ version: String?,
        _ actor: UserID,
        _ request: Request
    ) {
        var metadata: Logger.Metadata = ["board": "\(name)", "actor": "\(actor)", "request_id": "\(request.id)"]
        if let version { metadata["version"] = "\(version)" }
        logger.info(what, metadata: metadata)
    }

    private func answer(_ body: () async throws(Refusal) -> Response) async -> Response {
        var response: Response
        do throws(Refusal) { response = try await body() } catch { response = error.response }
        response.headers.add(name: "Cache-Control", value: "no-store")
        return response
    }
}

extension Response {
    fileprivate static func shown(
        _ status: HTTPResponseStatus,
        _ definition: BoardDefinition,
        _ name: DefinitionName
    ) -> Response {
        var response = Response(status, json: definition.shown(as: name))
        response.headers.add(name: "ETag", value: EntityTag(version: definition.version).value)
        return response
    }
}
