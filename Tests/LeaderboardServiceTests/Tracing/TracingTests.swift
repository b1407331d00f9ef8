import Foundation
import Leaderboard
import Metrics
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycleTestKit
import TestSupport
import Testing
import Tracing

@testable import LeaderboardService

@Suite("Traces", .timeLimit(.minutes(5)))
struct TracingTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"
    private static let headers = ["traceparent": "00-\(trace)-\(parent)-01", "tracestate": "rojo=1"]

    @Test("an update with a traceparent is a span of that trace, with a call of Redis in it, in OTLP's JSON")
    func exported() async throws {
        let collector = try await Collector()
        let settings = [
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint + "/", "OTEL_BSP_SCHEDULE_DELAY": "20",
            "OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20b", "OTEL_SERVICE_NAME": "board \"1\"",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test,service.name=other",
            "OTEL_TRACES_SAMPLER": "parentbased_always_off",
        ]
        let before = UInt64(Date.now.timeIntervalSince1970 * 1e9)
        try await withService(settings) { service, redis in
            let answer = try await service.update("12345", 50, on: service.connect(), Self.headers)
            #expect(answer.status == 200)
            try await until { collector.spans().count == 2 }
            let spans = collector.spans()
            let server = try #require(spans.first { $0["kind"] as? Int == 2 })
            let call = try #require(spans.first { $0["kind"] as? Int == 3 })
            for span in spans {
                #expect(span["traceId"] as? String == Self.trace)
                #expect((span["spanId"] as? String)?.wholeMatch(of: /[0-9a-f]{16}/) != nil)
                #expect(span["traceState"] as? String == "rojo=1")
                let start = try #require((span["startTimeUnixNano"] as? String).flatMap { UInt64($0) })
                let end = try #require((span["endTimeUnixNano"] as? String).flatMap { UInt64($0) })
                #expect(start >= before && start <= end)
            }
            #expect(server["parentSpanId"] as? String == Self.parent)
            #expect(server["flags"] as? Int == 0x301)
            #expect(server["name"] as? String == "POST /api/v1/score/update")
            #expect(call["parentSpanId"] as? String == server["spanId"] as? String)
            #expect(call["flags"] as? Int == 0x101)
            #expect(Self.attribute("http.response.status_code", of: server) == ["intValue": "200"])
            #expect(Self.attribute("http.route", of: server) == ["stringValue": "/api/v1/score/update"])
            #expect(Self.attribute("db.system.name", of: call) == ["stringValue": "redis"])
            // What was not sampled by its caller, and what began here, is not there.
            for flags in ["00", nil] {
                let headers = flags.map { ["traceparent": "00-\(Self.trace)-\(Self.parent)-\($0)"] } ?? [:]
                #expect(try await service.update("12345", 1, on: service.connect(), headers).status == 200)
            }
            // The audit has the trace of those that named one.
            let entries = try await redis.command("XRANGE", "lb:{main}:audit", "-", "+")
            #expect(entries.matches(of: /trace\n([0-9a-f]{32})\n/).map { String($0.1) } == [Self.trace, Self.trace])
        }
        #expect(collector.spans().count == 2)
        let request = try #require(collector.received.first)
        #expect(request.path == "/v1/traces")
        #expect(request.headers.first(name: "content-type") == "application/json")
        #expect(request.headers.first(name: "x-key") == "a b")
        let text = String(decoding: request.body, as: UTF8.self)
        #expect(
            text.contains(#""resource":{"attributes":[{"key":"service.name","value":{"stringValue":"board \"1\""}},"#)
        )
        #expect(text.contains(#"{"key":"deployment.environment.name","value":{"stringValue":"test"}}"#))
        #expect(!text.contains("other"))
    }

    @Test("what waits when the service stops is sent")
    func flushed() async throws {
        let collector = try await Collector()
        let settings = ["OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "300000"]
        try await withService(settings) { service, _ in
            let answer = try await service.connect().request("GET", "/nothing", Self.headers)
            #expect(answer.status == 404)
        }
        let spans = collector.spans().filter { $0["traceId"] as? String == Self.trace }
        #expect(spans.map { $0["name"] as? String } == ["HTTP"])
    }

    @Test("what a collector does not take, and what is more than the queue holds, is counted; no request waits for it")
    func lost() async throws {
        let collector = try await Collector()
        collector.answer(400)
        let settings = [
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "20",
            "OTEL_TRACES_SAMPLER": "always_on",
        ]
        try await withService(settings) { service, _ in
            try await until {
                try await service.connect().request("GET", "/metrics").body
                    .contains(/leaderboard_spans_dropped_total\{reason="not_taken"\} [1-9]/)
            }
            collector.answer(200, #"{"partialSuccess":{"rejectedSpans":"1"}}"#)
            try await until {
                // Several at once, so that one post has more than the span that is rejected of each.
                let many = try await service.connect()
                try await many.send(String(repeating: "GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n", count: 8))
                for _ in 1...8 { _ = try await many.response() }
                return try await service.connect().request("GET", "/metrics").body
                    .contains(/leaderboard_spans_exported_total [1-9]/)
            }
        }
        let registry = MetricsRegistry()
        let queue = SpanQueue(capacity: 2, metricsFactory: registry)
        let recorder = SpanRecorder(sampler: TraceSampler(.alwaysOn, ratio: 1), queue: queue)
        for _ in 1...5 { recorder.startSpan("s").end() }
        #expect(queue.count == 2)
        let page = String(buffer: registry.render())
        #expect(page.contains("leaderboard_spans_dropped_total{reason=\"queue_full\"} 3\n"))
    }

    @Test("that no collector answers is told in words")
    func unreachable() async throws {
        let settings = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"]
        let options = try #require(try ServiceConfiguration(testSettings(settings)).tracing)
        let queue = SpanQueue(capacity: 2, metricsFactory: MetricsRegistry())
        SpanRecorder(sampler: TraceSampler(.alwaysOn, ratio: 1), queue: queue).startSpan("s").end()
        let log = LogRecorder()
        let exporter = SpanExporter(
            options: options,
            queue: queue,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: log.logger
        )
        try await testGracefulShutdown { trigger in
            trigger.triggerGracefulShutdown()
            try await exporter.run()
        }
        #expect(log.lines == ["warning spans not exported count=1 reason=nothing listens there"])
    }

    @Test(
        "nothing is recorded unless a collector is named",
        arguments: [
            [:], ["OTEL_TRACES_SAMPLER": "always_on"],
            ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"],
            ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"],
        ]
    )
    func off(settings: [String: String]) throws {
        #expect(try ServiceConfiguration(testSettings(settings)).tracing == nil)
    }

    @Test(
        "a setting that cannot be is refused by name",
        arguments: [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:p@host:4318"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), ("OTEL_EXPORTER_OTLP_HEADERS", "novalue"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=%0d%0aX: y"), ("OTEL_EXPORTER_OTLP_HEADERS", "a b=c"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=%zz"), ("OTEL_TRACES_SAMPLER", "sometimes"),
            ("OTEL_TRACES_SAMPLER_ARG", "1.5"), ("OTEL_TRACES_SAMPLER_ARG", "nan"), ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
            ("OTEL_RESOURCE_ATTRIBUTES", "a=%f"),
        ]
    )
    func invalid(name: String, value: String) throws {
        let error = #expect(throws: InvalidSettings.self) { try ServiceConfiguration(testSettings([name: value])) }
        #expect(error?.all.map(\.name) == [name])
        #expect(error?.description.contains("u:p") == false)
    }

    @Test("a span that failed says so, with its event, and ends once")
    func form() throws {
        let queue = SpanQueue(capacity: 10, metricsFactory: MetricsRegistry())
        let span = SpanRecorder(sampler: TraceSampler(.alwaysOn, ratio: 1), queue: queue).startSpan(
            "a\"\n",
            ofKind: .internal
        )
        span.attributes = ["b": true, "d": 1.5, "i": -7, "s": "\u{2028}"]
        span.recordError(CancellationError())
        span.setStatus(SpanStatus(code: .error, message: "no"))
        span.end()
        span.end()
        let body = OTLPTraces(resource: [], version: "1").json(queue.take(10))
        let object = try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any]
        let resource = (object?["resourceSpans"] as? [[String: Any]])?.first
        let spans = (resource?["scopeSpans"] as? [[String: Any]])?.first?["spans"] as? [[String: Any]]
        #expect(spans?.count == 1)
        let json = try #require(spans?.first)
        #expect(json["name"] as? String == "a\"\n")
        #expect(json["parentSpanId"] == nil)
        #expect((json["status"] as? [String: Any])?["code"] as? Int == 2)
        #expect((json["events"] as? [[String: Any]])?.first?["name"] as? String == "exception")
        #expect(Self.attribute("i", of: json) == ["intValue": "-7"])
        let text = String(buffer: body)
        #expect(text.contains(#"{"key":"b","value":{"boolValue":true}},{"key":"d","value":{"doubleValue":1.5}}"#))
    }

    private static func attribute(_ key: String, of span: [String: Any]) -> [String: String]? {
        let attributes = span["attributes"] as? [[String: Any]] ?? []
        return attributes.first { $0["key"] as? String == key }?["value"] as? [String: String]
    }
}
