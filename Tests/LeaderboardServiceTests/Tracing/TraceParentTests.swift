import Testing

@testable import LeaderboardService

@Suite("traceparent")
struct TraceParentTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"

    @Test(
        "is taken as the standard has it, also of a later version",
        arguments: [
            ("00-\(trace)-\(span)-01", true), ("00-\(trace)-\(span)-00", false), ("00-\(trace)-\(span)-03", true),
            ("00-\(trace)-\(span)-fe", false), ("01-\(trace)-\(span)-01", true),
            ("cc-\(trace)-\(span)-01-what-else", true),
            ("fe-\(trace)-\(span)-01-", true),
        ]
    )
    func valid(text: String, isSampled: Bool) throws {
        let parent = try #require(TraceParent(Array(text.utf8)))
        #expect(parent.trace.description == Self.trace)
        #expect(parent.span.description == Self.span)
        #expect(parent.isSampled == isSampled)
    }

    @Test(
        "is nothing where it is not",
        arguments: [
            "", "-", "---", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-1",
            "00-\(trace)-\(span)-01-", "00-\(trace)-\(span)-01-more", "00-\(trace)-\(span)-011",
            "ff-\(trace)-\(span)-01",
            "01-\(trace)-\(span)-01more", "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01",
            "0G-\(trace)-\(span)-01", "00-\(trace)-\(span)-0x", " 00-\(trace)-\(span)-01", "00-\(trace)-\(span)-01 ",
            "00_\(trace)-\(span)-01", "00-\(trace)_\(span)-01", "00-\(trace)-\(span)_01",
            "00-\(String(repeating: "0", count: 32))-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00-\(trace.dropLast())é-\(span)-01", "00-+\(trace.dropFirst())-\(span)-01",
            "01-\(trace)-\(span)-01-" + String(repeating: "x", count: 500),
        ]
    )
    func invalid(text: String) {
        #expect(TraceParent(Array(text.utf8)) == nil)
    }

    @Test("its ids keep their zeros in front")
    func zeros() throws {
        let parent = try #require(
            TraceParent(Array("00-\(String(repeating: "0", count: 31))1-0000000000000002-01".utf8))
        )
        #expect(parent.trace.description == String(repeating: "0", count: 31) + "1")
        #expect(parent.span.description == "0000000000000002")
    }

    @Test(
        "tracestate is handed on, or left out whole",
        arguments: [
            (["rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"], "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"),
            (["a=1", "b=2"], "a=1,b=2"), ([" a=1 ,\tb=2 , "], "a=1,b=2"), (["t1@sys=x y"], "t1@sys=x y"),
            ([], nil), ([""], nil), ([","], nil), (["a"], nil), (["A=1"], nil), (["a="], nil), (["a=b=c"], nil),
            (["@a=1"], nil), (["a=1,a=2"], nil), (["a=\u{338}b"], nil), (["a@b@c=1"], nil), (["a=\u{e9}"], nil),
            (["a=\u{1}"], nil),
            ([(1...33).map { "k\($0)=1" }.joined(separator: ",")], nil),
            ([(1...32).map { "k\($0)=1" }.joined(separator: ",")], (1...32).map { "k\($0)=1" }.joined(separator: ",")),
            (["a=" + String(repeating: "x", count: 257)], nil),
            (["a=" + String(repeating: "x", count: 256), "b=" + String(repeating: "x", count: 256)], nil),
        ] as [([String], String?)]
    )
    func state(lines: [String], checked: String?) {
        #expect(TraceState.checked(lines) == checked)
    }

    @Test(
        "a sampler follows the caller, or a ratio of the traces",
        arguments: [
            (.alwaysOn, 0, [true, true, true]), (.alwaysOff, 1, [false, false, false]),
            (.parentOrOn, 0, [true, true, false]), (.parentOrOff, 1, [false, true, false]),
            (.parentOrRatio, 0, [false, true, false]), (.parentOrRatio, 1, [true, true, false]),
            (.ratio, 0, [false, false, false]), (.ratio, 1, [true, true, true]),
        ] as [(TraceSampler.Kind, Double, [Bool])]
    )
    func sampler(kind: TraceSampler.Kind, ratio: Double, taken: [Bool]) throws {
        let sampler = TraceSampler(kind, ratio: ratio)
        for trace in [1, .max, .random(in: 1 ... .max)] as [UInt128] {
            let trace = try #require(TraceID(trace))
            #expect([nil, true, false].map { sampler.takes(trace, parentIsSampled: $0) } == taken)
        }
    }

    @Test("a ratio takes about its share, and the same traces everywhere")
    func share() throws {
        let sampler = TraceSampler(.ratio, ratio: 0.25)
        let step = UInt128(UInt64.max / 1000)
        let taken = try (1...1000).filter {
            try sampler.takes(#require(TraceID(UInt128($0) * step)), parentIsSampled: nil)
        }
        #expect((245...255).contains(taken.count))
    }
}
