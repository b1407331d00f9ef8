import Text
import ArgumentParser
import FoundationEssentials
import Leaderboard
import LeaderboardService
import NIOHTTP1

/// `leaderboard admin audit [list]`, and `leaderboard admin audit verify`.
struct AdminAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Show the audit, newest first; or verify it.",
        subcommands: [AdminAuditList.self, AdminVerify.self],
        defaultSubcommand: AdminAuditList.self
    )
}

struct AdminAuditList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the audit, newest first.",
        discussion: """
            A time is given in milliseconds since 1970, or as 2026-11-25T04:00:00Z.

            With --format csv or ndjson it is an export: all entries, a line for each, the newest first. What was interrupted is gone on with by \
            --before and the id of the last line; the next export takes what came since by --after and the id of the first line of this one. \
            In CSV, text that a spreadsheet would take for a formula has an apostrophe before it (see board export --help).
            """
    )

    @OptionGroup var service: AdminService

    @Option(help: ArgumentHelp("Only of this user, or of an erased one by the pseudonym.", valueName: "id"))
    var user: String?

    @Option(help: ArgumentHelp("Only from this address.", valueName: "address"))
    var ip: String?

    @Option(help: ArgumentHelp("Not older than this.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Not newer than this.", valueName: "time"))
    var until: String?

    @Flag(help: "Only updates that a rule of plausibility has flagged.")
    var flagged = false

    @Option(help: ArgumentHelp("Only entries behind this one.", valueName: "id"), transform: Self.id)
    var after: AuditID?

    @Option(help: ArgumentHelp("Only entries before this one.", valueName: "id"), transform: Self.id)
    var before: AuditID?

    @Option(help: ArgumentHelp("At most so many entries. (default: 100; with --format, all)", valueName: "count"))
    var limit: Int?

    @Flag(help: "Print the entries as JSON, one a line.")
    var json = false

    @Option(help: "Print all entries as csv or ndjson.")
    var format: TableFormat?

    func validate() throws {
        guard limit ?? 1 > 0 else { throw ValidationError("--limit must be at least 1.") }
        guard !json || format == nil else { throw ValidationError("Give either --json or --format.") }
    }

    private static func id(_ text: String) throws -> AuditID {
        guard let id = AuditID(text), id > .zero else {
            throw ValidationError("\(text.printable) is no id of an entry, such as 1732507200000-0.")
        }
        return id
    }

    func run() async throws {
        try await TableOutput(path: nil).write { write in try await list(write) }
    }

    private func list(_ write: (String) throws -> Void) async throws {
        var rest = limit ?? (format == nil ? 100 : .max)
        var cursor = before?.description
        if format == .csv { try write(AuditAnswer.Entry.header) }
        repeat {
            let query = [
                ("user_id", user), ("ip", ip), ("since", since), ("until", until), ("limit", String(min(rest, 1000))),
                ("flagged", flagged ? "true" : nil), ("cursor", cursor),
            ].compactMap { name, value in value.map { "\(name)=\($0.percentEncoded())" } }
            let page = try await service.ask(.GET, "/audit?" + query.joined(separator: "&"), as: AuditAnswer.self)
            for entry in page.entries {
                if let after, let id = AuditID(entry.id), id <= after { return }
                switch format {
                case .csv: try write(entry.csv)
                case .ndjson: try write(try entry.json + "\n")
                case nil: try write((json ? try entry.json : entry.line) + "\n")
                }
            }
            rest -= page.entries.count
            cursor = page.next
        } while cursor != nil && rest > 0
    }
}

/// A page of the audit, as the service answers it.
private struct AuditAnswer: Decodable {
    let entries: [Entry]
    let next: String?

    struct Entry: Codable {
        let id: String
        let time: Int
        let action: String
        /// Missing in an entry of another writer.
        let user_id: String?
        let score_increase: Int?
        let score: Int?
        let seq: Int?
        let ip: String?
        let request_id: String?
        let trace_id: String?
        let actor: String?
        let reason: String?
        let reverts: [Int]?
        /// Of those of which a later update has the seq, too.
        let reverted_entries: [String]?
        /// The updates that count again from it on, in the same way.
        let unreverts: [Int]?
        let unreverted_entries: [String]?
        let `operator`: String?
        let value: Int?
        /// Of an update that waited: under which id, and when it was made, in milliseconds since 1970.
        let held_id: String?
        let made_at: Int?
        /// The service that had reported it.
        let reporter: String?
        /// The rules that flagged it.
        let flags: [String]?
        /// It was taken back, and counts no more.
        let reverted: Bool?
        /// It hides its user, or is a hidden user's.
        let hidden: Bool?
        /// Those that the user is in from it on, where it moved the user.
        let segments: [String]?
        /// Those that were over and that it reached, as `weekly/2026-W48`.
        let seasons: [String]?
        /// Of an `accept`: the entries over which it went on.
        let places: String?
        let unaudited: Int?
        let was: String?
        let of: String?
        let hash: String?
        /// The fields that are not what the service writes.
        let malformed: [String]?

        var json: String {
            get throws {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                return String(decoding: try encoder.encode(self), as: UTF8.self).printableJSON
            }
        }

        static let header = CSV.line(
            [
                "id", "time", "action", "user_id", "score_increase", "score", "seq", "operator", "value", "ip",
                "request_id", "trace_id", "actor", "reason", "reverts", "reverted_entries", "unaudited", "was", "of",
                "hash", "malformed", "flags", "segments", "reverted",
                "unreverts", "unreverted_entries", "hidden", "seasons", "places", "held_id", "made_at", "reporter",
            ].map { .text($0) }
        )

        /// With its end.
        var csv: String {
            CSV.line([
                .text(id), .number(time), .text(action), .text(user_id), .number(score_increase), .number(score),
                .number(seq), .text(`operator`), .number(value), .text(ip), .text(request_id), .text(trace_id),
                .text(actor), .text(reason), .text(reverts?.map(String.init).joined(separator: " ")),
                .text(reverted_entries?.joined(separator: " ")), .number(unaudited), .text(was), .text(of),
                .text(hash), .text(malformed?.joined(separator: " ")), .text(flags?.joined(separator: " ")),
                .text(segments?.joined(separator: " ")), .text(reverted.map { "\($0)" }),
                .text(unreverts?.map(String.init).joined(separator: " ")),
                .text(unreverted_entries?.joined(separator: " ")), .text(hidden.map { "\($0)" }),
                .text(seasons?.joined(separator: " ")), .text(places), .text(held_id), .number(made_at),
                .text(reporter),
            ])
        }

        /// Of the years that the format has (RFC 3339); another writer of the audit may have told any other time.
        private var moment: String {
            guard (0..<253_402_300_800_000).contains(time) else { return "\(time) ms" }
            return Date(timeIntervalSince1970: Double(time) / 1000)
                .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        }

        /// `2026-11-25T04:00:00.123Z  12  update  alice  +50 = 150  from 192.0.2.1`
        var line: String {
            var parts = [
                moment, seq.map(String.init) ?? "-",
                action, user_id ?? "-",
            ]
            if let score_increase { parts.append(score_increase < 0 ? "\(score_increase)" : "+\(score_increase)") }
            if let score { parts.append("= \(score)") }
            if let `operator` { parts.append("by \(`operator`)\(value.map { " \($0)" } ?? "")") }
            if let ip { parts.append("from \(ip)") }
            if let actor { parts.append("by \(actor)") }
            if let reverts { parts.append("reverts \(reverts.map(String.init).joined(separator: ","))") }
            if let unreverts { parts.append("unreverts \(unreverts.map(String.init).joined(separator: ","))") }
            if let unreverted_entries { parts.append("and \(unreverted_entries.joined(separator: ","))") }
            if let reverted_entries { parts.append("and \(reverted_entries.joined(separator: ","))") }
            if let unaudited { parts.append("\(unaudited) points of before") }
            if let seasons { parts.append("also in \(seasons.joined(separator: ","))") }
            if let segments { parts.append("in \(segments.joined(separator: ","))") }
            if let made_at { parts.append("made at \(Moment.text(UInt64(clamping: made_at)))") }
            if let reporter { parts.append("reported by \(reporter)") }
            if let flags { parts.append("flagged \(flags.joined(separator: ","))") }
            if reverted == true { parts.append("reverted") }
            if hidden == true { parts.append("hidden") }
            if let reason { parts.append("\"\(reason)\"") }
            if let malformed { parts.append("not as the service writes it: \(malformed.joined(separator: ", "))") }
            return parts.joined(separator: "  ").printable
        }
    }
}
