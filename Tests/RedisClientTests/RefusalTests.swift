import Testing

@testable import RedisClient

@Suite("An error reply")
struct RefusalTests {
    @Test(
        "says whether the command was surely not executed, and whether another server must be found",
        arguments: [
            ("LOADING Redis is loading the dataset in memory", true, true),
            ("READONLY Can not run script with write flag on readonly replica.", true, true),
            ("MASTERDOWN Link with MASTER is down", true, true),
            ("CLUSTERDOWN The cluster is down", true, true),
            ("MOVED 3999 127.0.0.1:6381", true, true),
            ("NOAUTH Authentication required.", true, true),
            ("ASK 3999 127.0.0.1:6381", true, false),
            ("TRYAGAIN Multiple keys request during rehashing of slot", true, false),
            ("OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'", true, false),
            ("NOPERM this user has no permissions to run the 'fcall' command", true, false),
            ("BUSY Redis is busy running a script.", true, false),
            ("MISCONF Errors writing to the AOF file: No space left on device", true, false),
            ("NOREPLICAS Not enough good replicas to write.", true, false),
            ("ERR Function not found", true, false),
            ("ERR unknown command 'FCALL', with args beginning with: 'x'", true, false),
            ("BADARG leaderboard_update: a key or an argument is missing or wrong", true, false),
            (
                "ERR Script killed by user with FUNCTION KILL. script: leaderboard_update, on @user_function:103.",
                true,
                false
            ),
            ("WRONGTYPE Operation against a key script: leaderboard_update, on @user_function:103.", false, false),
            ("NOPERM this user has no permissions script: leaderboard_update, on @user_function:103.", false, false),
        ]
    )
    func meaning(line: String, isSurelyNotExecuted: Bool, isWrongServer: Bool) {
        let refusal = RedisRefusal(line)
        #expect(RedisError.refused(refusal).isSurelyNotExecuted == isSurelyNotExecuted)
        #expect(refusal.isWrongServer == isWrongServer)
    }

    @Test("has a name of its own in the metrics, and one that nobody knows is `other`")
    func names() {
        #expect(Set(RedisFailure.all).count == RedisFailure.all.count)
        for line in ["OOM full", "ERR Function not found", "LOADING x", "WHATEVER Redis says"] {
            #expect(RedisFailure.all.contains(RedisFailure(.refused(RedisRefusal(line)))))
        }
        #expect(RedisFailure(.refused(RedisRefusal("WHATEVER secret"))).reason == "other")
        #expect(RedisFailure(.outcomeUnknown(.timeout)).reason == "timeout")
        for line in [
            "NOPERM User x has no permissions to run the 'fcall' command",
            "ERR The user executing the script can't run this command or subcommand script: leaderboard_update, "
                + "on @user_function:103.",
        ] {
            let refusal = RedisRefusal(line)
            #expect(RedisFailure(.refused(refusal)).reason == "noperm")
            #expect(refusal.needsOperator)
        }
    }

    @Test(
        "MOVED and ASK tell slot and server, whose host may be that of the one who says so",
        arguments: [
            ("MOVED 1 10.0.0.1:6381", 1, "10.0.0.1:6381", false), ("MOVED 0 :7", 0, "own:7", false),
            ("ASK 16383 ::1:7", 16383, "[::1]:7", true), ("ASK 2 ?:7", 2, "own:7", true),
        ]
    )
    func redirection(line: String, slot: Int, address: String, isForNow: Bool) throws {
        let redirection = try #require(RedisRefusal(line).redirection)
        #expect(redirection.slot == slot)
        #expect(redirection.isForNow == isForNow)
        #expect(redirection.address(saidBy: .tcp(host: "own", port: 1))?.description == address)
    }

    @Test(
        "MOVED that names no slot, or no server, leads nowhere",
        arguments: [
            "MOVED", "MOVED 1", "MOVED 1 nowhere", "MOVED -1 a:1", "MOVED 16384 a:1", "MOVED 4294967296 a:1",
            "MOVED 9223372036854775808 a:1", "MOVED x a:1", "MOVED 1 a:1 b", "TRYAGAIN 1 a:1", "ASK", "ASK  ",
        ]
    )
    func nowhere(line: String) {
        #expect(RedisRefusal(line).redirection == nil)
    }

    @Test(
        "MOVED to what is no port tells nobody",
        arguments: [
            "", "0", "-1", "+1", "65536", "84443", "2147483648", "4294967296", "9007199254740992",
            "9223372036854775807", "9223372036854775808", "18446744073709551616", "x", "１",
        ]
    )
    func movedNowhere(port: String) {
        #expect(RedisRefusal("MOVED 1 10.0.0.1:\(port)").redirection == nil)
        let fields: [RESPValue] = [.string(Array("10.0.0.1".utf8)), .string(Array(port.utf8))]
        #expect(RedisEndpoint.Address(hostAndPort: fields, saidBy: .tcp(host: "a", port: 1)) == nil)
        #expect(throws: InvalidRedisURL.self) { try RedisEndpoint(url: "redis://10.0.0.1:\(port)/") }
    }
}
