import Board
import NIOCore
import Text
import Testing

@testable import Leaderboard

@Suite("The rules of a definition")
struct RuleDefinitionTests {
    private static func definition(_ rules: String) throws -> BoardDefinition {
        let object = try #require(try JSONValue(json: Array(#"{"rules":\#(rules)}"#.utf8), maximumBytes: 4096).object)
        return try BoardDefinition(json: object, named: .board(BoardID("coins")))
    }

    @Test(
        "are stored as they are shown to operators, and are not shown to others",
        arguments: RuledGroupsTests.rules + [
            #"{"rule":"least_time","interval":"1ms","action":"refuse"}"#,
            #"{"rule":"least_time","interval":"1500ms","action":"refuse"}"#,
            #"{"rule":"points_limit","points":9007199254740991,"interval":"31d","action":"flag"}"#,
        ]
    )
    func sound(rule: String) throws {
        let definition = try Self.definition("[\(rule)]")
        #expect(definition.rules.map(\.json) == [rule])
        #expect(try BoardDefinition(stored: Array(definition.stored.readableBytesView)).rules == definition.rules)
        #expect(try String(buffer: definition.shown(as: .board(BoardID("coins")))).contains(#""rules":[\#(rule)]"#))
        #expect(try !String(buffer: definition.shown(as: .board(BoardID("coins")), toAll: true)).contains("rules"))
    }

    @Test("are stored with what becomes of what waits, which others are not shown")
    func term() throws {
        let text = #"{"held":{"after":"36h","then":"reject"}}"#
        let object = try #require(try JSONValue(json: Array(text.utf8), maximumBytes: 4096).object)
        let definition = try BoardDefinition(json: object, named: .board(BoardID("coins")))
        #expect(definition.heldTerm?.after.milliseconds == 129_600_000 && definition.heldTerm?.word == .reject)
        #expect(try BoardDefinition(stored: Array(definition.stored.readableBytesView)) == definition)
        let (name, member) = (DefinitionName.board(try BoardID("coins")), #""held":{"after":"36h","then":"reject"}"#)
        #expect(String(buffer: definition.shown(as: name)).contains(member))
        #expect(!String(buffer: definition.shown(as: name, toAll: true)).contains("held"))
    }

    @Test(
        "are refused with a term that is none",
        arguments: [
            ("1", "an object of after and then"), (#"{"after":"1h"}"#, "an object of after and then"),
            (#"{"after":"1h","then":"release","more":1}"#, "an object of after and then"),
            (#"{"after":"999ms","then":"release"}"#, "held.after must be from 1s to 365d"),
            (#"{"after":"366d","then":"release"}"#, "held.after must be from 1s to 365d"),
            (#"{"after":"soon","then":"release"}"#, "held.after must be from 1s to 365d"),
            (#"{"after":"365d","then":"flag"}"#, "held.then must be release or reject"),
        ]
    )
    func noTerm(term: String, words: String) throws {
        let object = try #require(try JSONValue(json: Array(#"{"held":\#(term)}"#.utf8), maximumBytes: 4096).object)
        let error = #expect(throws: InvalidDefinition.self) {
            try BoardDefinition(json: object, named: .board(BoardID("coins")))
        }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test(
        "say an interval in the largest unit",
        arguments: [("60m", "1h"), ("24h", "1d"), ("1000ms", "1s"), ("90s", "90s")]
    )
    func interval(given: String, shown: String) {
        #expect(RuleInterval(given)?.description == shown)
    }

    @Test(
        "are refused with words",
        arguments: [
            ("{}", "rules must be a list of at most 8 rules"),
            ("[1]", "rules[0] must be an object whose rule is one of points_limit"),
            (#"[{"rule":"points"}]"#, "rules[0] must be an object whose rule is one of points_limit"),
            (
                #"[{"rule":"points_limit","interval":"1h","action":"flag"}]"#,
                "rules[0].points must be a whole number from 1"
            ),
            (
                #"[{"rule":"points_limit","points":1.5,"interval":"1h","action":"flag"}]"#,
                "rules[0].points must be a whole"
            ),
            (
                #"[{"rule":"points_limit","points":9007199254740992,"interval":"1h","action":"flag"}]"#,
                "rules[0].points must be a whole"
            ),
            (
                #"[{"rule":"points_limit","points":1,"interval":"999ms","action":"flag"}]"#,
                "interval must be from 1s to 31d"
            ),
            (
                #"[{"rule":"points_limit","points":1,"interval":"32d","action":"flag"}]"#,
                "interval must be from 1s to 31d"
            ),
            (#"[{"rule":"points_limit","points":1,"interval":"01h","action":"flag"}]"#, "interval must be from"),
            (#"[{"rule":"points_limit","points":1,"interval":"99999999s","action":"flag"}]"#, "interval must be from"),
            (#"[{"rule":"points_limit","points":1,"interval":3600,"action":"flag"}]"#, "interval must be from"),
            (#"[{"rule":"least_time","interval":"0s","action":"flag"}]"#, "interval must be from 1ms to 1d"),
            (#"[{"rule":"least_time","interval":"2s"}]"#, "rules[0].action must be refuse, hold or flag"),
            (#"[{"rule":"least_time","interval":"2s","action":"held"}]"#, "action must be refuse, hold or flag"),
            (
                #"[{"rule":"least_time","interval":"2s","action":"flag","dry_run":"no"}]"#,
                "dry_run must be true or false"
            ),
            (#"[{"rule":"least_time","interval":"2s","action":"flag","by":"me"}]"#, "by must be users or all"),
            (
                #"[{"rule":"least_time","interval":"2s","action":"flag","points":1}]"#,
                "in rules[0], points is no member here"
            ),
            (#"[{"rule":"largest_jump","points":1,"action":"flag"}]"#, "against must be own or best"),
            (#"[{"rule":"largest_jump","against":"own","points":1,"action":"flag"}]"#, "times must be a whole number"),
            (
                #"[{"rule":"largest_jump","against":"best","points":1,"times":2,"action":"flag"}]"#,
                "times belongs to a jump against own"
            ),
            (
                #"[{"rule":"users_per_address","users":1,"interval":"1h","action":"flag","by":"all"}]"#,
                "what a service reports comes from the service's own address"
            ),
            (
                #"[{"rule":"users_per_address","users":1001,"interval":"1h","action":"flag"}]"#,
                "users must be a whole number"
            ),
            (
                #"[{"rule":"least_time","interval":"1s","action":"flag"},{"rule":"least_time","interval":"1000ms","action":"flag"}]"#,
                "rules[1] is there twice"
            ),
            (
                #"[{"rule":"users_per_address","users":1,"interval":"1h","action":"flag"},{"rule":"users_per_address","users":1,"interval":"2h","action":"flag"}]"#,
                "one users_per_address at most"
            ),
        ]
    )
    func faults(rules: String, words: String) {
        #expect { try Self.definition(rules) } throws: { "\($0)".contains(words) }
    }

    @Test("are read by the functions with the same bounds as here")
    func functions() async throws {
        try await withBoard { board in
            for rule in RuledGroupsTests.rules {
                let ruled = try await RuledBoard(board, rule)
                #expect(try await ruled.update("ada", 1).hasPrefix("applied"), "\(rule)")
            }
            for rule in [
                #"{"rule":"points_limit","points":0,"interval":"1h","action":"flag"}"#,
                #"{"rule":"points_limit","points":1,"interval":"32d","action":"flag"}"#,
                #"{"rule":"least_time","interval":"2s","action":"held"}"#, #"{"rule":"soon","action":"flag"}"#, "1",
            ] {
                let ruled = try await RuledBoard(board, RuledGroupsTests.rules[0])
                try await board.command("SET", ruled.store.keys.board, #"{"version":"1","rules":[\#(rule)]}"#)
                #expect(try await ruled.update("ada", 1) == "badDefinition", "\(rule)")
            }
        }
    }
}
