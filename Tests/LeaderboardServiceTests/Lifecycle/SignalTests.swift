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
