package import NIOCore
import RedisClient

extension ScoreStore {
    /// How often the audit may have grown before its end is taken for what it is.
    private static let maximumAttempts = 20

    /// Goes on over the places at which the audit does not hold together: what is lost stays lost, entries (`accept`) say who accepted it,
    /// why and where, and a verification finds no fault there from then on. Users keep the scores that they have, and nobody's suspension
    /// ends: where that is not what is left of the audit adds up to, entries (`recover`) tell it.
    /// - Returns: how many users were recorded, at most.
    /// - Throws: where there are more places than ``AuditChainWalk/maximumPlaces``.
    package func accept(
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Int {
        for _ in 0..<Self.maximumAttempts {
            let report = try await AuditVerification(self, on: eventLoop).run()
            guard report.places.count < AuditChainWalk.maximumPlaces else {
                throw .unavailable("the audit is broken in too many places")
            }
            guard try await accept(report, by: act, on: eventLoop) else { continue }
            let rest = try await AuditVerification(self, on: eventLoop).run()
            let recorded = try await recover(rest, by: act, on: eventLoop)
            // Whose first entry is lost has points that no entry explains.
            var unexplained = rest
            unexplained.differences = []
            let adoption = Adoption(unexplained)
            try await adopt(adoption, by: act, on: eventLoop)
            return recorded + adoption.items.count
        }
        throw .unavailable("the audit grows faster than it is read")
    }

    /// False: the board changed meanwhile.
    private func accept(
        _ report: AuditReport,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        guard report.faultCount > 0 else { return true }
        var rest = report.places[...]
        var end = report.wrongEnd
        repeat {
            let batch = rest.prefix(AcceptedPlace.ofOneEntry)
            let places = batch.map(\.text).joined(separator: " ")
            let words = [(end?.last ?? report.seen).description, end?.link.text ?? "", places]
            let reply = try await operate(calls.operation("accept", user: nil, by: act, words), on: eventLoop)
            guard reply.first?.text == "done" else { return false }
            rest = rest.dropFirst(batch.count)
            end = nil
        } while !rest.isEmpty
        return true
    }
}
