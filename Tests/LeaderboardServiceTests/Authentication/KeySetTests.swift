import Crypto
import Foundation
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A key set")
struct KeySetTests {
    private static let (old, new) = (
        TestSigner.es256(P256.Signing.PrivateKey()), TestSigner.edDSA(Curve25519.Signing.PrivateKey())
    )

    @Test("in a file is taken anew when it changes: the new key at once, the old one no more, remembered or not")
    func rotation() async throws {
        let file = try TemporaryFile(keySetJSON(Self.old.jwk(kid: "old")))
        try await withService(["JWT_SECRET": "", "JWT_JWKS": file.path]) { service, _ in
            let (oldToken, newToken) = (
                try Self.old.token(kid: "old", claims: validClaims()),
                try Self.new.token(kid: "new", claims: validClaims())
            )
            #expect(try await service.status(oldToken) == 200)
            try file.write(keySetJSON(Self.new.jwk(kid: "new")))
            #expect(try await service.status(newToken) == 200)
            #expect(try await service.status(oldToken) == 401)
            try file.write(keySetJSON(Self.old.jwk(kid: "old"), Self.new.jwk(kid: "new")))
            try await until { try await service.status(oldToken) == 200 }
        }
    }

    @Test(
        "that can no longer be loaded keeps its keys, and says so in the metrics",
        arguments: ["", "{", #"{"keys":[]}"#, #"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#]
    )
    func brokenFile(text: String) async throws {
        let file = try TemporaryFile(keySetJSON(Self.old.jwk(kid: "old")))
        try await withService(["JWT_SECRET": "", "JWT_JWKS": file.path, "JWT_CACHE_SIZE": "0"]) { service, _ in
            try file.write(text)
            try await until { try await service.metric(#"leaderboard_jwks_loads_total{outcome="failed"}"#) > 0 }
            #expect(try await service.status(Self.old.token(kid: "old", claims: validClaims())) == 200)
            try file.write(keySetJSON(Self.new.jwk(kid: "new")))
            try await until {
                try await service.status(Self.new.token(kid: "new", claims: validClaims())) == 200
            }
        }
    }

    @Test(
        "that cannot be loaded at all keeps the service from starting, and the reason names the variable",
        arguments: ["", "[]", #"{"keys":{}}"#, #"{"keys":[]}"#, #"{"keys":[{"kty":"oct","k":"c2hvcnQ"}]}"#]
    )
    func unusable(text: String) async throws {
        let file = try TemporaryFile(text)
        let service = ServiceAssembly(try ServiceConfiguration(testSettings(["JWT_JWKS": file.path])))
        let error = await #expect(throws: InvalidSetting.self) { try await service.run() }
        #expect(error?.name == "JWT_JWKS")
        #expect(error?.reason.contains(file.path) == false)
    }

    @Test("over https is fetched for an unknown kid, once for all who ask; whose key is known waits for nothing")
    func url() async throws {
        let server = try await KeySetServer(keySetJSON(Self.old.jwk(kid: "old")))
        let settings = [
            "JWT_SECRET": "", "JWT_JWKS": server.url, "JWT_JWKS_CA_FILE": server.certificate.path,
            "JWT_CACHE_SIZE": "0",
            "UNAUTHENTICATED_LIMIT": "100000",
        ]
        try await withService(settings) { service, _ in
            #expect(server.requests == 1)
            let (oldToken, newToken) = (
                try Self.old.token(kid: "old", claims: validClaims()),
                try Self.new.token(kid: "new", claims: validClaims())
            )
            // The identity service hangs: who waits for an unknown key waits, nobody else does.
            server.answer(nil)
            async let waiting = withThrowingTaskGroup { tasks in
                for _ in 0..<20 { tasks.addTask { try await service.status(newToken) } }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            try await until { server.requests == 2 }
            #expect(try await service.status(oldToken) == 200)
            let statuses = try await waiting
            #expect(statuses == Array(repeating: 401, count: 20))
            #expect(server.requests == 2)
            #expect(try await service.metric(#"leaderboard_jwks_loads_total{outcome="failed"}"#) == 1)
        }
    }

    @Test("over https that has rotated is fetched again for the new kid, and then for no other for a while")
    func urlRotation() async throws {
        let server = try await KeySetServer(keySetJSON(Self.old.jwk(kid: "old")))
        let settings = [
            "JWT_SECRET": "", "JWT_JWKS": server.url, "JWT_JWKS_CA_FILE": server.certificate.path,
            "UNAUTHENTICATED_LIMIT": "100000",
        ]
        try await withService(settings) { service, _ in
            server.answer(try keySetJSON(Self.new.jwk(kid: "new")))
            let newToken = try Self.new.token(kid: "new", claims: validClaims())
            #expect(try await service.status(newToken) == 200)
            for stranger in 0..<20 {
                let token = try Self.new.token(kid: "\(stranger)", claims: validClaims())
                #expect(try await service.status(token) == 401)
            }
            #expect(server.requests == 2)
        }
    }

    @Test("over https that is not there yet lets the service start, not ready, and comes by itself")
    func late() async throws {
        let server = try await KeySetServer(keySetJSON(Self.old.jwk(kid: "old")))
        server.answer("{}", status: .serviceUnavailable)
        let settings = [
            "JWT_JWKS": server.url, "JWT_JWKS_CA_FILE": server.certificate.path, "JWT_CACHE_SIZE": "0",
        ]
        try await withService(settings, isReady: false) { service, _ in
            try await until { server.requests >= 2 }
            let connection = try await service.connect()
            try await until { try await connection.request("GET", "/readyz").code == "keys_unavailable" }
            let ready = try await connection.request("GET", "/readyz")
            #expect(ready.status == 503 && ready.body.contains("JWT_JWKS"))
            #expect(try await connection.request("GET", "/healthz").status == 200)
            // It may be good: nobody can tell yet. One of the secret's is.
            for kid in ["old", nil] {
                #expect(try await service.status(Self.old.token(kid: kid, claims: validClaims())) == 503)
            }
            #expect(try await service.update("12345", 1, on: connection).status == 200)
            server.answer(try keySetJSON(Self.old.jwk(kid: "old")))
            try await service.becomesReady()
            #expect(try await service.status(Self.old.token(kid: "old", claims: validClaims())) == 200)
            #expect(try await service.status(Self.new.token(kid: nil, claims: validClaims())) == 401)
        }
    }

    @Test("over https is not taken from a server that is not trusted, nor over http, nor with another status")
    func distrusted() async throws {
        let server = try await KeySetServer(keySetJSON(Self.old.jwk(kid: "old")))
        func load(_ own: [String: String]) async throws -> KeySetSource {
            let options = try #require(try testSettings(own).read { KeySetOptions($0, setting: "JWT_JWKS") })
            let source = try await KeySetSource(
                options,
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                logger: LogRecorder().logger,
                metricsFactory: MetricsRegistry()
            )
            await source.load()
            await source.close()
            return source
        }
        #expect(try await !load(["JWT_JWKS": server.url]).isLoaded)
        #expect(server.requests == 0)
        #expect(throws: InvalidSettings.self) {
            try ServiceConfiguration(testSettings(["JWT_JWKS": "http://localhost/keys"]))
        }
        server.answer(keySetJSON(try Self.old.jwk(kid: "old")), status: .found)
        let trusting = ["JWT_JWKS": server.url, "JWT_JWKS_CA_FILE": server.certificate.path]
        #expect(try await !load(trusting).isLoaded)
        #expect(server.requests == 1)
        server.answer(keySetJSON(try Self.old.jwk(kid: "old")))
        #expect(try await load(trusting).isLoaded)
    }

    @Test("of secrets is taken from a file, never from a URL, and never together with public keys")
    func secrets() throws {
        let secret = try TestSigner.hs256(testSecret).jwk(kid: "s")
        let set = try KeySet(json: Array(keySetJSON(secret).utf8), takesSecrets: true)
        let token = try CompactJWS(TestSigner.hs256(testSecret).token(kid: "s", claims: validClaims()))
        #expect(set.candidates(for: token).contains { $0.verifies(token) })
        #expect(throws: KeySetError.self) { try KeySet(json: Array(keySetJSON(secret).utf8), takesSecrets: false) }
        let mixed = try keySetJSON(secret, Self.old.jwk(kid: "old"))
        #expect(throws: KeySetError.self) { try KeySet(json: Array(mixed.utf8), takesSecrets: true) }
    }
}

extension RunningService {
    /// The status of an update by user 12345 with this token.
    func status(_ token: String) async throws -> Int {
        try await connect().request(
            "POST",
            "/api/v1/score/update",
            ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
            body: #"{"user_id":"12345","score_increase":1}"#
        ).status
    }

    /// The value of one series; 0 if there is none.
    func metric(_ series: String) async throws -> Double {
        let page = try await connect().request("GET", "/metrics").body
        let line = page.split(separator: "\n").first { $0.hasPrefix(series + " ") }
        return line.flatMap { Double($0.dropFirst(series.utf8.count + 1)) } ?? 0
    }
}
