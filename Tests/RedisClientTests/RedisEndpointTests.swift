import Testing

@testable import RedisClient

@Suite("A Redis URL")
struct RedisEndpointTests {
    @Test(
        "is read",
        arguments: [
            ("redis://localhost", "redis://localhost:6379/0"),
            ("redis://u:p@h:7000/2", "redis://h:7000/2"),
            ("rediss://:p@example.org", "rediss://example.org:6379/0"),
            ("redis://[::1]:7000", "redis://[::1]:7000/0"),
            ("unix:///run/my%20redis.sock?db=1", "unix:///run/my redis.sock"),
            ("unix://u:p@/run/redis.sock", "unix:///run/redis.sock"),
            ("redis+sentinel://:p@a,b:7000/main", "redis+sentinel://a:26379,b:7000/main/0"),
            ("rediss+sentinel://a/main/2", "rediss+sentinel://a:26379/main/2"),
            ("redis+cluster://a:7000,b,[::1]/", "redis+cluster://a:7000,b:6379,[::1]:6379/"),
        ]
    )
    func valid(url: String, shown: String) throws {
        #expect(try RedisEndpoint(url: url).description == shown)
    }

    @Test("holds user and password percent-decoded, and never shows them")
    func credentials() throws {
        let endpoint = try RedisEndpoint(url: "redis://us%20er:p%40ss%3A@h")
        #expect((endpoint.user, endpoint.password) == ("us er", "p@ss:"))
        #expect(!"\(endpoint)".contains("p@ss"))
        #expect(try RedisEndpoint(url: "redis://:only@h").user == nil)
    }

    @Test(
        "is refused, without repeating what may be a password",
        arguments: [
            "", "localhost", "http://h", "redis://", "redis://h:0", "redis://h:99999", "redis://h/x", "redis://u@h",
            "redis://:p%zz@h", "redis://:p%+f@h", "unix://relative", "unix://host/path", "unix:///a?x=1", "redis://a,b",
            "redis://h/1/2",
            "redis+sentinel://a",
            "redis+sentinel:///main", "redis+cluster://a/1", "redis+cluster://a,,b", "redis+proxy://a",
            "unix+cluster://a",
        ]
    )
    func invalid(url: String) {
        let error = #expect(throws: InvalidRedisURL.self) { try RedisEndpoint(url: url) }
        #expect(error?.description.contains("%zz") == false)
    }
}
