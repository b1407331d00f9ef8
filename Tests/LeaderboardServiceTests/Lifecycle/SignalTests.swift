import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A signal to a running service", .timeLimit(.minutes(5)))
struct SignalTests {
    @Test("leaves it running, and its own Redis too", arguments: [[SIGHUP], ServiceSignals.ignored])
    func ignored(signals: [Int32]) async throws {
        try await withDataDirectory { data in
            let service = try await ServiceProcess.serve(["DATA_DIR": data])
            for signal in signals { service.signal(signal) }
            try await until {
                try await TestConnection(port: service.port).request("GET", "/readyz").status == 200
            }
            if signals == [SIGHUP] { try await until { try service.log.contains("as SIGHUP asks") } }
            #expect(service.isRunning)
        }
    }

    @Test("SIGHUP reads all files again that it reads at all, and the log names each, and each that could not be read")
    func reread() async throws {
        let redis = try await PrivateRedisServer()
        let certificate = try await TestCertificate()
        let keys = try TemporaryFile(keySetJSON(TestSigner.es256.jwk(kid: "a")))
        let hooks = try TemporaryFile(
            #"[{"url":"https://a.example/","secret":"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}]"#
        )
        let service = try await ServiceProcess.serve([
            "REDIS_URL": redis.url, "JWT_JWKS": keys.path, "WEBHOOKS_FILE": hooks.path,
            "TLS_CERTIFICATE_FILE": certificate.certificate, "TLS_PRIVATE_KEY_FILE": certificate.key,
        ])
        let all = "JWT_JWKS, TLS_CERTIFICATE_FILE, WEBHOOKS_FILE"
        // The signal may come before anybody hears it.
        try await until {
            service.signal(SIGHUP)
            return try service.log.contains(#""read again, as SIGHUP asks","settings":"\#(all)""#)
        }
        try hooks.write("rubbish")
        try keys.write("{}")
        try await until {
            service.signal(SIGHUP)
            let line = try service.log.split(separator: "\n").last { $0.contains("not all could be read again") }
            return line.map {
                $0.contains(#""settings":"TLS_CERTIFICATE_FILE""#) && $0.contains("JWT_JWKS: it has no array of keys")
                    && $0.contains("WEBHOOKS_FILE: no JSON")
            } ?? false
        }
        withExtendedLifetime(certificate) {}
    }

    @Test("stops it gracefully", arguments: [SIGTERM, SIGINT, SIGQUIT])
    func stops(signal: Int32) async throws {
        try await withDataDirectory { data in
            let service = try await ServiceProcess.serve(["DATA_DIR": data])
            try await until {
                try await TestConnection(port: service.port).request("GET", "/readyz").status == 200
            }
            service.signal(signal)
            try await until { !service.isRunning }
            #expect(try service.log.contains("stopped"))
        }
    }
}
