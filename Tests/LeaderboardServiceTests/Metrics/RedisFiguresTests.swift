import Testing

@testable import LeaderboardService

@Suite("What INFO tells in figures")
struct RedisFiguresTests {
    private static func figures(_ lines: String...) -> RedisFigures {
        RedisFigures(RedisInfo((["# Section", ""] + lines).joined(separator: "\r\n")))
    }

    @Test("is that of the replica that is furthest behind")
    func lag() {
        let figures = Self.figures(
            "role:master",
            "connected_slaves:3",
            "master_repl_offset:1000",
            "slave0:ip=127.0.0.1,port=1,state=online,offset=1000,lag=0",
            "slave1:ip=127.0.0.1,port=2,state=online,offset=400,lag=1",
            "slave2:ip=::1,port=3,state=online,offset=999,lag=7"
        )
        #expect(figures.connectedReplicas == 3)
        #expect(figures.lagBytes == 600)
        #expect(figures.lagSeconds == 7)
    }

    @Test(
        "is none where there is no number, and nothing ends for it",
        arguments: [
            ("master_repl_offset:5", "slave0:offset=9,lag=0", 0, 0), ("master_repl_offset:5", "slave0:", nil, nil),
            ("master_repl_offset:-1", "slave0:offset=1,lag=1", nil, nil),
            ("master_repl_offset:18446744073709551615", "slave0:offset=0,lag=18446744073709551615", .max, .max),
            ("master_repl_offset:18446744073709551616", "slave0:offset=0,lag=0", nil, nil),
            ("master_repl_offset:5", "slave1:offset=1,lag=1", nil, nil),
            ("master_repl_offset:5", "slave0:offset=,lag=-1", nil, nil), ("", "slave0:offset=1,lag=1", nil, nil),
            ("master_repl_offset:5", "slave0:xoffset=1,lag=1,lag=2", nil, 1), (":", ":::", nil, nil),
        ] as [(String, String, UInt64?, UInt64?)]
    )
    func extremes(offset: String, replica: String, bytes: UInt64?, seconds: UInt64?) {
        let figures = Self.figures("role:master", offset, replica)
        #expect(figures.lagBytes == bytes)
        #expect(figures.lagSeconds == seconds)
    }

    @Test("leaves out a replica's own replicas")
    func replica() {
        let figures = Self.figures(
            "role:slave",
            "connected_slaves:1",
            "master_repl_offset:9",
            "slave0:offset=1,lag=1"
        )
        #expect(figures.connectedReplicas == nil)
        #expect(figures.lagBytes == nil)
    }

    @Test(
        "tells what could not be written",
        arguments: [
            ("aof_last_write_status", .aofWrite), ("aof_last_bgrewrite_status", .aofRewrite),
            ("rdb_last_bgsave_status", .snapshot),
        ] as [(String, RedisFigures.Part)]
    )
    func persistence(field: String, part: RedisFigures.Part) {
        #expect(Self.figures("\(field):err").failed == [part: true])
        #expect(Self.figures("\(field):ok").failed == [part: false])
        #expect(Self.figures("aof_enabled:1").isAppendOnly == true)
        #expect(Self.figures("aof_enabled:0").isAppendOnly == false)
        #expect(Self.figures().isAppendOnly == nil)
    }
}
