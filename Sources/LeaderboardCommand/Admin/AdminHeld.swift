import ArgumentParser
import FoundationEssentials
import Leaderboard
import struct LeaderboardClient.Metadata
import LeaderboardService
import NIOHTTP1
import Text

/// `leaderboard admin held [list]`, `leaderboard admin held release`, `leaderboard admin held reject`
struct AdminHeld: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "held",
        abstract: "The review queue: updates that rules of plausibility hold. Show, release or reject them.",
        discussion: """
            What waits has changed nothing. Released, it counts as if it had when it was made, in the seasons of its time too, among equals as of then; rejected, \
            it is dropped. The audit tells either, with your name and the reason.
            """,
        subcommands: [AdminHeldList.self, AdminHeldRelease.self, AdminHeldReject.self],
        defaultSubcommand: AdminHeldList.self
    )
}

struct AdminHeldList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show what waits, the oldest first."
    )

    @OptionGroup var service: AdminService
    @OptionGroup var which: HeldWhich

    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit = 100

    @Flag(help: "Print them as JSON, one a line.")
    var json = false

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
    }

    func run() async throws {
        var (rest, after, shown, waiting) = (limit, String?.none, 0, 0)
        repeat {
            let query = [
                ("user_id", which.user), ("rule", which.rule?.rawValue), ("limit", String(min(rest, 1000))),
                ("after", after),
            ].compactMap { name, value in value.map { "\(name)=\($0.percentEncoded())" } }
            let page = try await service.ask(
                .GET,
                at: which.path(service) + "?" + query.joined(separator: "&"),
                as: Page.self
            )
            for entry in page.held { print(json ? try entry.json : try entry.line()) }
            (rest, after) = (rest - page.held.count, page.next)
            (shown, waiting) = (shown + page.held.count, page.waiting)
        } while after != nil && rest > 0
        if !json, shown < waiting || waiting == 0 {
            print(waiting == 0 ? "Nothing waits." : "\(shown) of \(waiting) that wait.")
        }
    }

    private struct Page: Decodable {
        let waiting: Int
        let held: [Entry]
        let next: String?
    }

    private struct Entry: Codable {
        struct Rule: Codable {
            let rule: String
            let effect: String
        }

        let held_id: String
        let time: UInt64
        let user_id: String
        let `operator`: String
        let value: Int
        let score_before: Int?
        let score: Int?
        let rules: [Rule]
        let ip: String?
        let request_id: String?
        let trace_id: String?
        let actor: String?
        let held_by: String?
        let held_reason: String?
        let seasons: [String]?
        let segments: [String]?
        let metadata: Metadata?

        var json: String {
            get throws { try JSONLine.text(of: self) }
        }

        func line() throws -> String {
            var parts = [held_id, Moment.text(time), user_id, "\(`operator`) \(value)"]
            parts.append("\(score_before.map { "\($0)" } ?? "nothing") to \(score.map { "\($0)" } ?? "-")")
            parts.append(rules.map { "\($0.rule) \($0.effect)" }.joined(separator: ", "))
            if let ip { parts.append("from \(ip)") }
            if let actor { parts.append("by \(actor)") }
            if let held_by { parts.append("held by \(held_by): \(held_reason ?? "")") }
            if let seasons { parts.append("in \(seasons.joined(separator: ", "))") }
            if let segments { parts.append("names \(segments.joined(separator: ", "))") }
            if let metadata { parts.append("says \(try JSONLine.text(of: metadata))") }
            return parts.joined(separator: "  ").printable
        }
    }
}

struct AdminHeldRelease: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "They count, as of when they were made."
    )

    @OptionGroup var review: HeldReview

    func run() async throws { try await review.run(.release) }
}

struct AdminHeldReject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "reject", abstract: "They are dropped.")

    @OptionGroup var review: HeldReview

    func run() async throws { try await review.run(.reject) }
}

/// `--user ID`, `--rule NAME`
struct HeldWhich: ParsableArguments {
    @Option(help: ArgumentHelp("Only of this user.", valueName: "id"))
    var user: String?

    @Option(help: ArgumentHelp("Only what met this rule.", valueName: "name"), transform: Self.rule)
    var rule: PlausibilityRule.Name?

    func path(_ service: AdminService) -> String { "/boards/\(service.board.board)/held" }

    private static func rule(_ text: String) throws -> PlausibilityRule.Name {
        guard let name = PlausibilityRule.Name(rawValue: text) else {
            let names = PlausibilityRule.Name.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\(text.printable) is no rule: it must be one of \(names).")
        }
        return name
    }
}

/// What `release` and `reject` have in common.
struct HeldReview: ParsableArguments {
    @OptionGroup var service: AdminService
    @OptionGroup var which: HeldWhich

    @Argument(help: ArgumentHelp("Those under these ids.", valueName: "id"))
    var ids: [String] = []

    @Flag(help: "All that wait.")
    var all = false

    @OptionGroup var consent: ReasonedConsent

    func validate() throws {
        let isOfMany = which.user != nil || which.rule != nil
        guard [!ids.isEmpty, isOfMany, all].filter(\.self).count == 1 else {
            throw ValidationError("Give one of: ids, --user or --rule or both, and --all.")
        }
    }

    func run(_ word: ReviewWord) async throws {
        if ids.isEmpty { try await many(word) } else { try await each(word) }
    }

    // MARK: By their ids

    private func each(_ word: ReviewWord) async throws {
        let body = Body(reason: consent.given?.text)
        for id in ids {
            let path = which.path(service) + "/\(id.percentEncoded())/\(word.rawValue)"
            print(try await service.ask(.POST, at: path + "/preview", body, as: One.self).line(isDone: false))
        }
        guard try consent.isGiven(word == .release ? "Release?" : "Reject?") else { return }
        for id in ids {
            let path = which.path(service) + "/\(id.percentEncoded())/\(word.rawValue)"
            print(try await service.ask(.POST, at: path, body, as: One.self).line(isDone: true))
        }
    }

    // MARK: Many

    private func many(_ word: ReviewWord) async throws {
        var body = Body(user_id: which.user, rule: which.rule?.rawValue, all: all ? true : nil)
        body.reason = consent.given?.text
        let preview = try await service.ask(
            .POST,
            at: which.path(service) + "/\(word.rawValue)/preview",
            body,
            as: Summary.self
        )
        guard let last = preview.upto else { return print("Nothing of that waits.") }
        let count = "\(preview.updates.counted("update")) of \(preview.users.counted("user"))"
        print("\(count) would be \(word == .release ? "released" : "rejected").")
        guard try consent.isGiven(word == .release ? "Release?" : "Reject?") else { return }
        // What comes meanwhile has not been looked at.
        body.upto = last
        var done = 0
        repeat {
            let some = try await service.ask(.POST, at: which.path(service) + "/\(word.rawValue)", body, as: Many.self)
            done += some.released + some.rejected
            for kept in some.kept {
                print("\(kept.held_id) of \(kept.user_id.printable) goes on waiting: \(kept.code)")
            }
            body.after = some.next
        } while body.after != nil
        print("\(done.counted("update")) \(done == 1 ? "is" : "are") \(word == .release ? "released" : "rejected").")
    }

    private struct Body: Encodable {
        var user_id: String?
        var rule: String?
        var all: Bool?
        var after: String?
        var upto: String?
        var reason: String?
    }

    private struct One: Decodable {
        let held_id: String
        let user_id: String
        let released: Bool?
        let score: Int?
        let points: Int?
        let final_seasons: [String]?
        let counted_before: Bool?

        func line(isDone: Bool) -> String {
            let what = "\(held_id) of \(user_id.printable)"
            if counted_before == true {
                return "\(what) has counted before, by a retry to an older release: it waits no longer."
            }
            guard let score, let points, released == true else {
                return "\(what) \(isDone ? "is" : "would be") dropped."
            }
            let change = "\(points < 0 ? "" : "+")\(points)"
            let final = FinalSeasonWords.text(final_seasons).map { " Also in \($0)." } ?? ""
            return
                "\(what) \(isDone ? "counts" : "would count"): the score \(isDone ? "is" : "would be") \(score) (\(change)).\(final)"
        }
    }

    private struct Summary: Decodable {
        let updates: Int
        let users: Int
        let upto: String?
    }

    private struct Many: Decodable {
        struct Kept: Decodable {
            let held_id: String
            let user_id: String
            let code: String
        }

        let released: Int
        let rejected: Int
        let kept: [Kept]
        let next: String?
    }
}
