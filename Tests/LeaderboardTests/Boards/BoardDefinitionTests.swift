import Text
import Board
import Leaderboard
import NIOCore
import RedisClient
import TestSupport
import Testing

@Suite("A definition")
struct BoardDefinitionTests {
    private static func read(_ json: String, named name: String = "b") throws -> BoardDefinition {
        let value = try JSONValue(json: Array(json.utf8), maximumBytes: 65_536)
        return try BoardDefinition(json: try #require(value.object), named: DefinitionName(name))
    }

    @Test("says what it does not say by defaults")
    func defaults() throws {
        let plain = try Self.read("{}")
        #expect(plain == BoardDefinition())
        #expect((plain.order, plain.ties, plain.usualOperator, plain.atBound) == (.desc, .id, .incr, .refuse))
        #expect(plain.scores == -9_007_199_254_740_991...9_007_199_254_740_991)
        #expect((plain.rateLimit.updates, plain.rateLimit.interval) == (60, .seconds(60)))
        #expect(try Self.read(#"{"operator":"best"}"#).operators == [.best])
    }

    @Test("with one member that is wrong is refused with its name, and what is allowed", arguments: bad)
    func refused(json: String, fault: String) throws {
        do {
            _ = try Self.read(json)
            Issue.record("\(json) is taken")
        } catch let error as InvalidDefinition {
            #expect(error.faults.count == 1 && error.faults[0].hasPrefix(fault), "\(json): \(error)")
            // It stands in a JSON string as it is.
            #expect(!error.description.contains("\"") && !error.description.contains("\\"), "\(error)")
        }
    }

    private static let bad: [(String, String)] = [
        (#"{"title":7}"#, "title must be a string of at most 128"),
        (#"{"title":"a\u0000b"}"#, "title must be"), (#"{"title":"\u202eb"}"#, "title must be"),
        (#"{"title":"\#(String(repeating: "x", count: 129))"}"#, "title must be"),
        (#"{"accent":"red"}"#, "accent must be a colour"), (##"{"accent":"#12345g"}"##, "accent must be"),
        (#"{"accent":""}"#, "accent must be"), (#"{"accent":7}"#, "accent must be"),
        (#"{"logo":"http://example.com/a.png"}"#, "logo must be an https URL of up to 256 bytes"),
        (#"{"logo":"https://user@example.com/a.png"}"#, "logo must be"), (#"{"logo":null}"#, "logo must be"),
        (#"{"order":"up"}"#, "order must be desc or asc"), (#"{"order":null}"#, "order must be"),
        (#"{"ties":"First"}"#, "ties must be id, shared, dense, first or last"),
        (#"{"operator":"add"}"#, "operator must be incr, decr, set or best"),
        (#"{"operators":[]}"#, "operators must be a list of 1 to 4"),
        (#"{"operators":"incr"}"#, "operators must be a list"),
        (#"{"operators":["incr","incr","incr","incr","incr"]}"#, "operators must be a list"),
        (#"{"operators":["set"]}"#, "operators must have incr in it"),
        (#"{"min":0.5}"#, "min must be a whole number from -9007199254740991 to 9007199254740991"),
        (#"{"min":"0"}"#, "min must be"), (#"{"max":9007199254740992}"#, "max must be"),
        (#"{"max":1e400}"#, "max must be"), (#"{"min":2,"max":1}"#, "min must not be greater than max"),
        (#"{"at_bound":"cut"}"#, "at_bound must be refuse or clamp"),
        (#"{"increase_max":-1}"#, "increase_max must be a whole number from 0"),
        (#"{"rate_limit":60}"#, "rate_limit must be an object with updates and interval_seconds"),
        (#"{"rate_limit":{"updates":0}}"#, "rate_limit.updates must be a whole number from 1 to 1000000000"),
        (#"{"rate_limit":{"interval_seconds":31622401}}"#, "rate_limit.interval_seconds must be"),
        (#"{"rate_limit":{"update":1}}"#, "in rate_limit, update is no member here: is updates meant?"),
        (#"{"visibility":"secret"}"#, "visibility must be public, private or members"),
        (#"{"parts":2}"#, "parts must be 1"),
        (#"{"name":"c"}"#, "name must be b"), (#"{"version":7}"#, "version must be"),
        (#"{"version":"a b"}"#, "version must be"),
        (#"{"tie":"id"}"#, "tie is no member here: is ties meant?"),
        (#"{"\"\\":1}"#, "The empty name is no member here"),
    ]

    @Test("is refused with everything that is wrong with it at once")
    func allAtOnce() throws {
        let json = #"{"order":1,"ties":2,"operators":[3],"min":"4","rate_limit":{"updates":-5},"colour":6,"parts":7}"#
        do {
            _ = try Self.read(json)
            Issue.record("taken")
        } catch let error as InvalidDefinition {
            let names = ["order", "ties", "operators", "min", "rate_limit.updates", "parts", "colour"]
            #expect(error.faults.map { String($0.prefix { $0 != " " }) } == names)
        }
    }

    @Test("takes what is as it must be", arguments: good)
    func taken(json: String) throws {
        _ = try Self.read(json)
    }

    private static let good = [
        #"{"title":""}"#, #"{"title":"\#(String(repeating: "é", count: 128))"}"#, #"{"title":"a \"b\" \\ c"}"#,
        ##"{"accent":"#B23a12","logo":"https://example.com/a.png?b=1"}"##,
        #"{"operators":["incr","incr"]}"#, #"{"operator":"set","operators":["best","set"]}"#,
        #"{"min":5e1,"max":50.0}"#,
        #"{"windows":[]}"#, #"{"windows":[{"name":"all"}]}"#, #"{"windows":[{"name":"all","reset":"none"}]}"#,
        #"{"time_zone":"UTC","keep_days":400,"grace_seconds":0,"parts":1,"name":"b","version":"7"}"#,
        #"{"rate_limit":{}}"#, #"{"rate_limit":{"updates":1000000000,"interval_seconds":31622400}}"#,
    ]

    @Test("is taken by the functions if and only if it is taken here")
    func agreed() async throws {
        try await withBoard { board in
            let keys = board.keys
            try await board.store.check(on: board.loop)
            for (json, _) in Self.bad + Self.good.map({ ($0, "") }) {
                let value = try JSONValue(json: Array(json.utf8), maximumBytes: 65_536)
                let names = Set((value.object?.members ?? []).map(\.name))
                // What only the service knows is nothing to the functions; and to them, an empty list is an empty object.
                let own: Set = [
                    "title", "accent", "logo", "visibility", "parts", "name", "tie", "\"\\",
                ]
                guard names.isDisjoint(with: own), json != #"{"windows":{}}"#, !json.contains(#""update":"#) else {
                    continue
                }
                let text =
                    names.contains("version") || json == "{}"
                    ? json
                    : json.replacing("{", with: #"{"version":"1","#, maxReplacements: 1).replacing(",}", with: "}")
                var call = RedisCommand("FCALL_RO", "leaderboard_page", "5", keys.board, keys.seq, keys.epoch)
                for word in [keys.scores, keys.at, text, "0", "1"] { call.append(word) }
                let reply = try await board.redis.send(call, on: board.loop)
                let isTaken = (try? BoardDefinition(stored: Array(text.utf8))) != nil
                #expect((reply.array?.first?.text != "bad_definition") == isTaken, "\(text)")
            }
        }
    }

    @Test(
        "is the same again when it comes back from Redis or from an answer, and never longer than Redis' functions take"
    )
    func roundTrips() throws {
        var generator = SeededGenerator(seed: 15)
        for _ in 0..<500 {
            let definition = BoardDefinition.random(using: &generator)
            let text = Array(definition.stored.readableBytesView)
            #expect(text.count <= BoardDefinition.maximumBytes)
            #expect(try BoardDefinition(stored: text) == definition)
            var again = try Self.read(String(buffer: definition.shown(as: DefinitionName("b"))))
            again.version = definition.version
            #expect(again == definition)
        }
    }

    @Test(
        "has a name that is a board's, or a template's",
        arguments: [
            ("main", true), ("a", true), ("0", true), ("level-*", true), ("a.b_c-9", true),
            (String(repeating: "a", count: 64), true), (String(repeating: "a", count: 63) + "*", true),
            ("", false), ("*", false), ("-a", false), (".a", false), ("_a", false), ("A", false), ("a b", false),
            ("a{b}", false), ("a:b", false), ("a*b", false), ("a**", false), ("é", false),
            (String(repeating: "a", count: 65), false), (String(repeating: "a", count: 64) + "*", false),
        ]
    )
    func names(text: String, isName: Bool) {
        #expect((try? DefinitionName(text))?.description == (isName ? text : nil))
    }
}

extension BoardDefinition {
    static func random(using generator: inout SeededGenerator) -> BoardDefinition {
        var definition = BoardDefinition()
        let scalars = ["a", "é", "\"", "\\", "𝄞", " ", "/"]
        let length = Int.random(in: 0...128, using: &generator)
        definition.title = (0..<length).map { _ in scalars.randomElement(using: &generator) ?? "" }.joined()
        if Bool.random(using: &generator) { definition.accent = AccentColour("#0Af9C7") }
        if Bool.random(using: &generator) {
            definition.logo = PictureURL("https://example.com/" + String(repeating: "l", count: 236))
        }
        definition.order = Order.allCases.randomElement(using: &generator) ?? .desc
        definition.ties = Ties.allCases.randomElement(using: &generator) ?? .id
        definition.operators = Set(Operator.allCases.filter { _ in Bool.random(using: &generator) } + [.best])
        definition.usualOperator =
            definition.operators.sorted { $0.rawValue < $1.rawValue }
            .randomElement(using: &generator) ?? .best
        let bounds = [0, 1, -1, ScoreRange.limit, -ScoreRange.limit, 12_345]
        let (one, other) = (bounds.randomElement(using: &generator) ?? 0, bounds.randomElement(using: &generator) ?? 0)
        definition.scores = min(one, other)...max(one, other)
        definition.atBound = Bool.random(using: &generator) ? .clamp : .refuse
        definition.maximumIncrease = Int.random(in: 0...ScoreRange.limit, using: &generator)
        definition.rateLimit = RateLimit(
            updates: Int.random(in: 1...1_000_000_000, using: &generator),
            interval: .seconds(Int.random(in: 1...366 * 86_400, using: &generator))
        )
        definition.visibility = Bool.random(using: &generator) ? .private : .public
        definition.version = String(Int.random(in: 0...ScoreRange.limit, using: &generator))
        return definition
    }
}
