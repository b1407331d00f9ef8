import Board
import HTTPServer
import Leaderboard
import Logging
import NIOCore
import NIOHTTP1
import Seasons

/// `/api/v1/admin/boards/{board}/held`: the review queue of a board. What waits is listed, oldest first; one of it, or much, is released or
/// rejected; `…/preview` tells what that would do.
struct HeldRoutes: Sendable {
    let operators: Operators
    let boards: RequestedBoard
    let logger: Logger

    func list(_ request: Request) async -> Response {
        await adminPage { () throws(Refusal) in
            _ = try await operators.actor(of: request, parameters: ["user_id", "rule", "after", "limit"])
            let query = try HeldQuery(request.query)
            let store = try await boards.toOperate(request)
            do throws(ScoreStoreError) {
                let page = try await store.held(
                    query.filter,
                    after: query.after,
                    limit: query.limit,
                    on: request.eventLoop
                )
                let next = page.next.map { NextPage(after: request, "after", $0.description) }
                return (HeldJSON.page(page), next)
            } catch { throw Refusal(reading: error) }
        }
    }

    // MARK: One

    private func review(_ word: ReviewWord, _ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let act = operators.act(request, by: actor, because: try AdminBody(request).reason())
            let store = try await boards.toOperate(request)
            let held = try await held(request, store)
            let reviewed: Reviewed
            do throws(ScoreStoreError) {
                reviewed = try await store.review(held, word, by: act, on: request.eventLoop)
            } catch {
                throw Refusal(operating: error)
            }
            let answer = try HeldJSON.answer(reviewed, held, store.board.definition)
            logger.note(
                word == .release ? "held update released" : "held update rejected",
                held.user,
                on: store,
                by: act
            )
            return answer
        }
    }

    private func preview(_ word: ReviewWord, _ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            _ = try await operators.actor(of: request)
            try AdminBody(request, isOptional: true).checkReason()
            let store = try await boards.toOperate(request)
            let held = try await held(request, store)
            guard word == .release else { return try HeldJSON.answer(.rejected, held, store.board.definition) }
            let reviewed: Reviewed
            do throws(ScoreStoreError) {
                reviewed = try await store.releasePreview(held, on: request.eventLoop)
            } catch {
                throw Refusal(operating: error)
            }
            return try HeldJSON.answer(reviewed, held, store.board.definition)
        }
    }

    private func held(_ request: Request, _ store: ScoreStore) async throws(Refusal) -> HeldEntry {
        guard let id = AuditID(request.parameters["id"] ?? ""), id > .zero else { throw .heldNotFound }
        let held: HeldEntry?
        do throws(ScoreStoreError) { held = try await store.held(id, on: request.eventLoop) } catch {
            throw Refusal(reading: error)
        }
        guard let held else { throw .heldNotFound }
        return held
    }

    // MARK: Many

    private func reviewAll(_ word: ReviewWord, _ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let body = try AdminBody(request, members: HeldSelection.members)
            let selection = try HeldSelection(body)
            let act = operators.act(request, by: actor, because: try body.reason())
            let store = try await boards.toOperate(request)
            let reviewed: ReviewedMany
            do throws(ScoreStoreError) {
                reviewed = try await store.reviewAll(
                    selection.filter,
                    word,
                    by: act,
                    after: selection.after,
                    upto: selection.end,
                    on: request.eventLoop
                )
            } catch {
                throw Refusal(operating: error)
            }
            if reviewed.released + reviewed.rejected > 0 {
                logger.note(
                    word == .release ? "held updates released" : "held updates rejected",
                    selection.filter.user,
                    on: store,
                    by: act
                )
            }
            return HeldJSON.answer(reviewed, store.board.definition)
        }
    }

    private func previewAll(_ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            _ = try await operators.actor(of: request)
            let body = try AdminBody(request, members: HeldSelection.members)
            let selection = try HeldSelection(body)
            try body.checkReason()
            let store = try await boards.toOperate(request)
            do throws(ScoreStoreError) {
                let summary = try await store.heldSummary(
                    selection.filter,
                    after: selection.after,
                    upto: selection.end,
                    on: request.eventLoop
                )
                return HeldJSON.answer(summary)
            } catch {
                throw Refusal(reading: error)
            }
        }
    }

    func routes(_ acts: ActsAcknowledged) -> [Route] {
        let bytes = AdminBody.maximumBytes
        return [
            .on(.GET, "/api/v1/admin/boards/{board}/held", handler: list),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/held/{id}/release",
                maximumBodyBytes: bytes,
                handler: acts.after { await review(.release, $0) }
            ),
            .on(.POST, "/api/v1/admin/boards/{board}/held/{id}/release/preview", maximumBodyBytes: bytes) {
                await preview(.release, $0)
            },
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/held/{id}/reject",
                maximumBodyBytes: bytes,
                handler: acts.after { await review(.reject, $0) }
            ),
            .on(.POST, "/api/v1/admin/boards/{board}/held/{id}/reject/preview", maximumBodyBytes: bytes) {
                await preview(.reject, $0)
            },
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/held/release",
                maximumBodyBytes: bytes,
                handler: acts.after { await reviewAll(.release, $0) }
            ),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/held/release/preview",
                maximumBodyBytes: bytes,
                handler: previewAll
            ),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/held/reject",
                maximumBodyBytes: bytes,
                handler: acts.after { await reviewAll(.reject, $0) }
            ),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/held/reject/preview",
                maximumBodyBytes: bytes,
                handler: previewAll
            ),
        ]
    }
}

/// What `GET …/held` is asked for.
private struct HeldQuery {
    var filter = HeldFilter()
    var after = AuditID.zero
    var limit = 100

    init(_ query: Query) throws(Refusal) {
        let users = query.userIDs
        guard users.count <= 1 else { throw .invalidQuery("user_id must be given once.") }
        if let user = users.first {
            do { filter.user = try UserID(user) } catch { throw .invalidUserID("\(error)") }
        }
        for name in ["rule", "after"] where query.values(name).count > 1 {
            throw .invalidQuery("\(name) must be given once.")
        }
        if let rule = query.values("rule").first {
            guard let name = PlausibilityRule.Name(rawValue: rule) else { throw .invalidQuery(HeldSelection.rules) }
            filter.rule = name
        }
        if let text = query.values("after").first {
            guard let id = AuditID(text) else { throw .invalidQuery("after must be the next of the last page.") }
            after = id
        }
        limit = try query.number("limit", in: 1...1000) ?? limit
    }
}

/// Of whom, or by which rule, or all; and how far.
private struct HeldSelection {
    static let members = ["user_id", "rule", "all", "after", "upto", "reason"]
    static let rules =
        "rule must be one of " + PlausibilityRule.Name.allCases.map(\.rawValue).joined(separator: ", ") + "."

    let filter: HeldFilter
    let after: AuditID
    let end: AuditID

    init(_ body: AdminBody) throws(Refusal) {
        var filter = HeldFilter()
        if let user = try body.text("user_id") {
            do { filter.user = try UserID(user) } catch { throw .invalidUserID("\(error)") }
        }
        if let rule = try body.text("rule") {
            guard let name = PlausibilityRule.Name(rawValue: rule) else { throw .invalidBody(Self.rules) }
            filter.rule = name
        }
        // Nobody means all by forgetting whom.
        guard try body.isTrue("all") != (filter != HeldFilter()) else {
            throw .invalidBody("Say which: user_id, rule, or both; or all, which must be true.")
        }
        self.filter = filter
        after = try Self.id("after", body) ?? .zero
        end = try Self.id("upto", body) ?? .last
    }

    private static func id(_ name: String, _ body: AdminBody) throws(Refusal) -> AuditID? {
        guard let text = try body.text(name) else { return nil }
        guard let id = AuditID(text) else { throw .invalidBody("\(name) must be the id of one that waits.") }
        return id
    }
}

extension Refusal {
    static let heldNotFound = Refusal(
        status: .notFound,
        code: "held_not_found",
        message: "No update waits under this id, or not any more: the audit tells what became of it."
    )
}
