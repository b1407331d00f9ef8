import NIOCore
import Text
import Testing

@testable import Leaderboard

@Suite("What an update names of segments")
struct SegmentMovesTests {
    private static func segments() -> BoardSegments {
        var segments = BoardSegments()
        segments.kinds = ["country", "a-b", "team"].compactMap { SegmentKind($0) }
        return segments
    }

    @Test(
        "is told in the order of the board's kinds",
        arguments: [
            (#"["team:red","country:de"]"#, "country:de team:red"), (#"["a-b:"]"#, "a-b:"), ("[]", ""),
            (#"["country:A-Z_0.9","a-b:x","team:"]"#, "country:A-Z_0.9 a-b:x team:"),
            (#"["team:\#(String(repeating: "x", count: 32))"]"#, "team:" + String(repeating: "x", count: 32)),
        ]
    )
    func taken(json: String, text: String) throws {
        let value = try JSONValue(json: Array(json.utf8), maximumBytes: 4096)
        #expect(try SegmentMoves(value, of: Self.segments()).text == text)
    }

    @Test(
        "is refused with all that is wrong",
        arguments: [
            (#""country:de""#, 1), (#"{"country":"de"}"#, 1), (#"["country:de","country:fr"]"#, 1),
            (#"["none:x","Team:x",5]"#, 3), (#"["team"]"#, 1), (#"["team:a:b"]"#, 1), (#"[":x"]"#, 1),
            (#"["team:a b"]"#, 1),
            (#"["team:é","country:%00"]"#, 2), (#"["team:\#(String(repeating: "x", count: 33))"]"#, 1),
            (#"["country:a","a-b:b","team:c","team:d"]"#, 1), ("null", 1),
        ]
    )
    func refused(json: String, faults: Int) throws {
        let value = try JSONValue(json: Array(json.utf8), maximumBytes: 4096)
        let error = #expect(throws: ScoreUpdateError.self) { try SegmentMoves(value, of: Self.segments()) }
        #expect(error?.fault == .segments)
        #expect(max(1, error?.message.split(separator: "segments[").count ?? 0) == faults, "\(error?.message ?? "")")
        #expect(throws: ScoreUpdateError.self) { try SegmentMoves(value, of: BoardSegments()) }
    }

    @Test(
        "of a definition is refused where it is none, and kept where it is",
        arguments: [
            (#""segments":["country","team"],"totals":["team"]"#, true), (#""segments":[]"#, true),
            (#""segments":["a","b","c"]"#, true), (#""segments":["a","b","c","d"]"#, false),
            (#""segments":["Team"]"#, false), (#""segments":["a","a"]"#, false), (#""segments":"a""#, false),
            (#""segments":[5]"#, false), (#""segments":["a"],"totals":["b"]"#, false), (#""totals":["b"]"#, false),
            (#""segments":["\#(String(repeating: "k", count: 16))"]"#, true),
            (#""segments":["\#(String(repeating: "k", count: 17))"]"#, false), (#""segments":[""]"#, false),
        ]
    )
    func definitions(members: String, isTaken: Bool) throws {
        let object = try #require(JSONValue(json: Array("{\(members)}".utf8), maximumBytes: 4096).object)
        let name = DefinitionName.board(.main)
        guard isTaken else {
            #expect(throws: InvalidDefinition.self) { try BoardDefinition(json: object, named: name) }
            return
        }
        let definition = try BoardDefinition(json: object, named: name)
        #expect(try BoardDefinition(stored: Array(definition.stored.readableBytesView)) == definition)
    }
}
