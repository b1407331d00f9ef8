import AsyncHTTPClient
import Text
import Leaderboard
import NIOHTTP1

/// Where spans go, and which: the standard names of OpenTelemetry's SDKs.
package struct TracingOptions: Sendable {
    let endpoint: String
    let headers: [(String, String)]
    let authorityFile: String?
    let timeout: Duration
    let sampler: TraceSampler
    let resource: [(String, String)]
    let interval: Duration
    let maximumQueue, maximumBatch: Int

    /// Nil: nothing is recorded. So it is unless an endpoint is named.
    init?(_ settings: SettingsReader) {
        let isDisabled = settings.flag("OTEL_SDK_DISABLED")
        let exporter: Exporter = settings.choice("OTEL_TRACES_EXPORTER", default: .otlp)
        let _: Form = settings.choice("OTEL_EXPORTER_OTLP_PROTOCOL", default: .json)
        let base = Self.url(settings, "OTEL_EXPORTER_OTLP_ENDPOINT")
        let own = Self.url(settings, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        headers = Self.pairs(settings.secret("OTEL_EXPORTER_OTLP_HEADERS"), settings, "OTEL_EXPORTER_OTLP_HEADERS")
            .filter { name, value in
                let isSound = HTTPHeaders.isSound(name, value)
                if !isSound {
                    settings.refuse("OTEL_EXPORTER_OTLP_HEADERS", "has a name or a value that no header can have")
                }
                return isSound
            }
        authorityFile = settings.certificates("OTEL_EXPORTER_OTLP_CERTIFICATE")
        timeout = settings.milliseconds("OTEL_EXPORTER_OTLP_TIMEOUT", default: .seconds(10), in: 100...60_000)
        let kind: TraceSampler.Kind = settings.choice("OTEL_TRACES_SAMPLER", default: .parentOrOn)
        sampler = TraceSampler(kind, ratio: Self.ratio(settings))
        let name = settings.text("OTEL_SERVICE_NAME")
        let further = Self.pairs(settings.text("OTEL_RESOURCE_ATTRIBUTES"), settings, "OTEL_RESOURCE_ATTRIBUTES")
        let named = name ?? further.last { $0.0 == "service.name" }?.1 ?? "leaderboard"
        resource =
            [("service.name", named), ("service.version", ServiceAssembly.version)]
            + further.filter { $0.0 != "service.name" && $0.0 != "service.version" }
        interval = settings.milliseconds("OTEL_BSP_SCHEDULE_DELAY", default: .seconds(5), in: 10...300_000)
        maximumQueue = settings.integer("OTEL_BSP_MAX_QUEUE_SIZE", default: 2048, in: 1...1_000_000)
        maximumBatch = settings.integer("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", default: 512, in: 1...10_000)
        guard !isDisabled, exporter == .otlp, let endpoint = own ?? base.map(Self.tracesEndpoint) else { return nil }
        self.endpoint = endpoint
    }

    private enum Exporter: String, CaseIterable { case otlp, none }
    private enum Form: String, CaseIterable { case json = "http/json" }

    private static func url(_ settings: SettingsReader, _ name: String) -> String? {
        guard let text = settings.text(name) else { return nil }
        let isHTTP = text.hasPrefix("http://") || text.hasPrefix("https://")
        guard isHTTP, !text.contains("@"), (try? HTTPClient.Request(url: text)) != nil else {
            settings.refuse(
                name,
                "must be http://host[:port][/path] or https://…; a password belongs into OTEL_EXPORTER_OTLP_HEADERS"
            )
            return nil
        }
        return text
    }

    private static func tracesEndpoint(_ base: String) -> String {
        base.hasSuffix("/") ? base + "v1/traces" : base + "/v1/traces"
    }

    private static func ratio(_ settings: SettingsReader) -> Double {
        guard let text = settings.text("OTEL_TRACES_SAMPLER_ARG") else { return 1 }
        guard let ratio = Double(text), (0...1).contains(ratio) else {
            settings.refuse("OTEL_TRACES_SAMPLER_ARG", "must be a number from 0 to 1")
            return 1
        }
        return ratio
    }

    /// `key=value,…`, the values percent-encoded.
    private static func pairs(_ text: String?, _ settings: SettingsReader, _ setting: String) -> [(String, String)] {
        (text ?? "").parts(at: ",").filter { !$0.isEmpty }.compactMap { part in
            let (name, coded) = part.cut(at: "=")
            let key = String(name).trimmingBlanks()
            guard !key.isEmpty, let bytes = coded.flatMap({ String($0).trimmingBlanks().percentDecoded }),
                let value = String(validating: bytes, as: UTF8.self)
            else {
                settings.refuse(setting, "must be a list as name=value,name=value, with values percent-encoded")
                return nil
            }
            return (key, value)
        }
    }
}

extension HTTPHeaders {
    /// A token, and visible ASCII with blanks (RFC 9110, section 5).
    fileprivate static func isSound(_ name: String, _ value: String) -> Bool {
        let marks = "!#$%&'*+-.^_`|~".utf8
        let isName = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || marks.contains(byte)
        }
        return isName && !name.isEmpty && value.utf8.allSatisfy { (0x20...0x7e).contains($0) }
    }
}
