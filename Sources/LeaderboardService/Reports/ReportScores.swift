import Board
import FoundationEssentials
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Text

/// `POST /api/v1/boards/{board}/scores`: updates of any users by one service. Either a JSON array of at most 1,000, which counts when it
/// has come whole; or lines of JSON without end, each of which counts as it comes, and is answered by a line while more of them come.
struct ReportScores: Sendable {
    static let maximumUpdates = 1000
    /// Of a JSON array.
    static let maximumBodyBytes = 1_048_576
    static let maximumLineBytes = ScoreUpdate.maximumJSONBytes

    let callers: Callers
    let reports: ReportWriter
    let places: ReportPlaces

    private enum Form {
        case list, lines
    }

    @Sendable func answer(_ request: Request, _ stream: RequestStream) async {
        var attempt = UpdateAttempt(request, callers)
        do throws(Refusal) {
            let token = try await callers.token(of: request)
            attempt.actor = token.subject
            let (batch, form) = try await batch(token, attempt, request)
            try places.enter(token.subject)
            defer { places.leave(token.subject) }
            switch form {
            case .list: stream.answer(try await list(batch, stream))
            case .lines: await lines(batch, stream)
            }
        } catch {
            reports.writer.refused(error, attempt)
            stream.answer(error.response)
        }
    }

    /// Before anything of the body is read.
    private func batch(
        _ token: VerifiedToken,
        _ attempt: UpdateAttempt,
        _ request: Request
    ) async throws(Refusal) -> (ReportBatch, Form) {
        let id = try RequestedBoard.id(of: request)
        guard token.isOfService else { throw .reportScopeMissing }
        guard token.isActive else { throw .userSuspended }
        guard token.reports(on: id) else { throw .boardNotReported }
        let store = try await reports.boards.toWrite(id, isFresh: false, on: request.eventLoop)
        try await reports.boards.allowWriting(store, token, on: request.eventLoop)
        guard case .none = request.headers.occurrence(of: "Idempotency-Key") else { throw .keyOfBatch }
        let batch = ReportBatch(
            board: id,
            token: token,
            wantsRank: Preferences.wantsRepresentation(request.headers),
            attempt: attempt,
            request: request
        )
        if MediaType.isJSON(request.headers) { return (batch, .list) }
        guard MediaType.isLines(request.headers) else { throw .unsupportedBatchType }
        return (batch, .lines)
    }

    // MARK: A list

    private func list(_ batch: ReportBatch, _ stream: RequestStream) async throws(Refusal) -> Response {
        let body = try await body(of: stream)
        let value: JSONValue
        do { value = try JSONValue(json: body, maximumBytes: Self.maximumBodyBytes) } catch {
            throw Refusal(ScoreUpdateError(.json, "The body is not valid JSON: \(error)."))
        }
        guard let updates = value.array, (1...Self.maximumUpdates).contains(updates.count) else {
            throw Refusal(
                ScoreUpdateError(.updates, "The body must be a list of 1 to \(Self.maximumUpdates) updates.")
            )
        }
        let outcomes = await reports.outcomes(of: updates.map(ReportWish.value), batch)
        if outcomes.allSatisfy({ $0.refusal?.code == Refusal.storeUnavailable.code }) {
            return Refusal.storeUnavailable.response
        }
        var response = Response(.ok, json: UpdateBody.reports(outcomes, withScores: batch.wantsRank))
        if let bucket = await reports.bucket(after: outcomes, batch) { response.headers.add([(batch.board, bucket)]) }
        if batch.wantsRank { response.headers.add(name: "Preference-Applied", value: "return=representation") }
        return response
    }

    private func body(of stream: RequestStream) async throws(Refusal) -> ByteBuffer {
        var (body, isTooLarge) = (ByteBuffer(), false)
        do throws(StreamEnd) {
            while !isTooLarge, let piece = try await stream.next(.body) {
                isTooLarge = piece.readableBytes > Self.maximumBodyBytes - body.readableBytes
                if !isTooLarge { body.writeImmutableBuffer(piece) }
            }
        } catch {
            throw Refusal(error)
        }
        if isTooLarge { throw .bodyTooLarge(Self.maximumBodyBytes) }
        return body
    }

    // MARK: Lines

    private func lines(_ batch: ReportBatch, _ stream: RequestStream) async {
        var response = Response(
            .ok,
            headers: ["Content-Type": "application/x-ndjson", "Cache-Control": "no-store", "X-Accel-Buffering": "no"]
        )
        if batch.wantsRank { response.headers.add(name: "Preference-Applied", value: "return=representation") }
        var lines = ReportLines(maximumBytes: Self.maximumLineBytes)
        var hasBegun = false
        do throws(StreamEnd) {
            var end: Refusal?
            do throws(StreamEnd) {
                while let piece = try await stream.next(.piece) {
                    lines.feed(piece)
                    if !hasBegun { stream.begin(response) }
                    hasBegun = true
                    try await answer(&lines, batch, stream)
                    if lines.isTooLong { end = .lineTooLong(Self.maximumLineBytes) }
                    if batch.token.isTakenUntil < Date.now.timeIntervalSince1970 { end = Refusal(TokenError.expired) }
                    if end != nil { break }
                }
            } catch {
                guard error != .gone else { throw error }
                end = Refusal(error)
            }
            if !hasBegun { stream.begin(response) }
            if let end {
                reports.writer.refused(end, batch.attempt)
                try await stream.write(UpdateBody.endLine(end))
            } else if let last = lines.last() {
                try await write(await reports.outcomes(of: [.text(last)], batch), batch, stream)
            }
        } catch {
            // Who has gone is told nothing.
        }
        stream.end()
    }

    /// Of the lines that have come whole.
    private func answer(
        _ lines: inout ReportLines,
        _ batch: ReportBatch,
        _ stream: RequestStream
    ) async throws(StreamEnd) {
        var wishes: [ReportWish] = []
        while let line = lines.next() {
            wishes.append(.text(line))
            guard wishes.count == ReportWriter.maximumWishes else { continue }
            try await write(await reports.outcomes(of: wishes, batch), batch, stream)
            wishes.removeAll(keepingCapacity: true)
        }
        if !wishes.isEmpty { try await write(await reports.outcomes(of: wishes, batch), batch, stream) }
    }

    private func write(
        _ outcomes: [ReportOutcome],
        _ batch: ReportBatch,
        _ stream: RequestStream
    ) async throws(StreamEnd) {
        try await stream.write(UpdateBody.reportLines(outcomes, withScores: batch.wantsRank))
    }
}

extension ReportOutcome {
    var refusal: Refusal? {
        if case .failure(let refusal) = result { refusal } else { nil }
    }
}

extension Refusal {
    fileprivate static let keyOfBatch = Refusal(
        status: .badRequest,
        code: "invalid_idempotency_key",
        message: "A batch takes no Idempotency-Key: give each update its own id."
    )
    fileprivate static let unsupportedBatchType = Refusal(
        status: .unsupportedMediaType,
        code: "unsupported_media_type",
        message:
            "Send a JSON array (Content-Type: application/json), or lines of JSON (application/x-ndjson), in UTF-8, "
            + "without a Content-Encoding."
    )
    fileprivate static func lineTooLong(_ maximum: Int) -> Refusal {
        Refusal(status: .payloadTooLarge, code: "body_too_large", message: "A line is longer than \(maximum) bytes.")
    }

    /// Of who has gone, nobody reads it.
    fileprivate init(_ end: StreamEnd) {
        switch end {
        case .late:
            self.init(
                status: .requestTimeout,
                code: "request_timeout",
                message: "The request did not arrive in time."
            )
        case .stopping: self = .stopping
        case .malformed, .gone:
            self.init(
                status: .badRequest,
                code: "malformed_request",
                message: "The request is not well-formed HTTP/1.1."
            )
        }
    }
}
