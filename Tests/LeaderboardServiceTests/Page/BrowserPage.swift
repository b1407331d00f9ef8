import Foundation
import TestSupport
import Testing

/// A page in a headless Chromium of the test's own, driven over the DevTools protocol. Its own state, its own port.
actor BrowserPage {
    /// What the browser complained of: an error on the console, an exception, a breach of the security policy.
    struct Problem: Sendable, CustomStringConvertible {
        /// As DevTools has it: `javascript`, `security`, `network` …
        let source: String
        let text: String
        var description: String { "\(source): \(text)" }
    }

    struct ScriptFailed: Error {
        let text: String

        var isOfPageThatWasLeft: Bool {
            text.contains("navigated or closed") || text.contains("context was destroyed")
        }
    }

    /// The board that is shown is live. A page that is still being read has no connection to look at.
    static let isLive = "document.querySelector('#connection')?.dataset.state === 'live'"

    private let devTools: TestConnection
    private var session: String?
    private var lastID = 0
    private(set) var problems: [Problem] = []

    init(devTools: TestConnection) async throws {
        self.devTools = devTools
        let target = try await call("Target.createTarget", ["url": "about:blank"]).targetId
        session = try await call("Target.attachToTarget", ["targetId": #require(target), "flatten": true]).sessionId
        for domain in ["Page", "Runtime", "Log"] { try await call("\(domain).enable") }
    }

    /// Opens an address, and waits until its document is there. What is shown then may have another address: pages of
    /// ours write into it what they show.
    func open(_ url: String) async throws {
        try await evaluate("(window.isLeft = true)")
        try await call("Page.navigate", ["url": url])
        try await wait(for: "window.isLeft === undefined && document.readyState === 'complete'")
    }

    /// The size of the view, as of a phone unless it is said otherwise.
    func resize(width: Int, height: Int, isPhone: Bool = true) async throws {
        let metrics: [String: Any] = [
            "width": width, "height": height, "deviceScaleFactor": isPhone ? 2 : 1, "mobile": isPhone,
        ]
        try await call("Emulation.setDeviceMetricsOverride", metrics)
    }

    /// The value of an expression, as text.
    @discardableResult
    func evaluate(_ expression: String, within limit: Duration = .seconds(60)) async throws -> String {
        let result = try await call(
            "Runtime.evaluate",
            ["expression": "(async () => String(await (\(expression))))()", "awaitPromise": true],
            within: limit
        )
        if let failure = result.exceptionDetails {
            throw ScriptFailed(text: failure.exception?.description ?? failure.text ?? expression)
        }
        return result.result?.value ?? ""
    }

    /// Waits until an expression is true, and fails with what the page shows when it is not within a minute.
    func wait(for condition: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let poll = "new Promise((done) => (function look() { (\(condition)) ? done() : setTimeout(look, 20); })())"
        do {
            for _ in 1...10 {
                // The page that was asked may be on its way to the next one.
                do { try await evaluate(poll) } catch let left as ScriptFailed where left.isOfPageThatWasLeft {
                    continue
                }
                return
            }
            try await evaluate(poll)
        } catch let timedOut as TestConnection.TimedOut {
            let shown = try await evaluate("document.body.innerText")
            Issue.record("never: \(condition)\n\(shown)\n\(problems)", sourceLocation: sourceLocation)
            throw timedOut
        }
    }

    /// Looks out, from now on, for what may be there for a moment only; `isSeen` tells that it was.
    func lookOut(for condition: String) async throws {
        let look = "(function look() { (\(condition)) ? window.isSeen = true : setTimeout(look, 20); })()"
        try await evaluate("(window.isSeen = false, \(look), 0)")
    }

    static let isSeen = "window.isSeen"

    /// A key as from the keyboard: `/`, `Enter`, `ArrowRight`.
    func press(_ key: String) async throws {
        // Those with a name write nothing, but for one.
        let text = key == "Enter" ? "\r" : key.count == 1 ? key : ""
        try await call("Input.dispatchKeyEvent", ["type": "keyDown", "key": key, "text": text])
        try await call("Input.dispatchKeyEvent", ["type": "keyUp", "key": key])
    }

    func type(_ text: String) async throws {
        try await call("Input.insertText", ["text": text])
    }

    /// What its scripts hold once garbage is collected, in bytes, and how many nodes its documents have.
    func held() async throws -> (bytes: Int, nodes: Int) {
        try await call("HeapProfiler.collectGarbage")
        let bytes = try await call("Runtime.getHeapUsage").usedSize
        let nodes = try await call("Memory.getDOMCounters").nodes
        return (Int(try #require(bytes)), try #require(nodes))
    }

    @discardableResult
    private func call(
        _ method: String,
        _ parameters: [String: Any] = [:],
        within limit: Duration = .seconds(60)
    ) async throws -> DevToolsMessage.Result {
        lastID += 1
        let id = lastID
        var message: [String: Any] = ["id": id, "method": method, "params": parameters]
        message["sessionId"] = session
        try await devTools.sendFrame(opcode: 1, Array(JSONSerialization.data(withJSONObject: message)))
        while true {
            let frame = try await devTools.frame(within: limit)
            guard frame.opcode == 1 else { continue }
            let message = try JSONDecoder().decode(DevToolsMessage.self, from: Data(frame.payload.utf8))
            if let problem = message.problem { problems.append(problem) }
            guard message.id == id else { continue }
            if let error = message.error { throw ScriptFailed(text: "\(method): \(error.message)") }
            return message.result ?? DevToolsMessage.Result()
        }
    }
}

/// What this test reads of DevTools' replies and events.
struct DevToolsMessage: Decodable {
    struct Value: Decodable {
        var value: String?
        var description: String?

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Field.self)
            value = try? fields.decode(String.self, forKey: .value)
            description = try? fields.decode(String.self, forKey: .description)
        }

        private enum Field: CodingKey {
            case value, description
        }
    }

    struct Failure: Decodable {
        var text: String?
        var exception: Value?
    }

    struct Result: Decodable {
        var targetId: String?
        var sessionId: String?
        var result: Value?
        var exceptionDetails: Failure?
        var usedSize: Double?
        var nodes: Int?
    }

    struct Entry: Decodable {
        let source: String
        let level: String
        let text: String
        let url: String?
    }

    struct Parameters: Decodable {
        var type: String?
        var args: [Value]?
        var entry: Entry?
        var exceptionDetails: Failure?
    }

    struct ErrorReply: Decodable {
        let message: String
    }

    let id: Int?
    let method: String?
    let result: Result?
    let error: ErrorReply?
    let params: Parameters?

    var problem: BrowserPage.Problem? {
        switch method {
        case "Log.entryAdded":
            guard let entry = params?.entry, entry.level == "error" || entry.level == "warning" else { return nil }
            return .init(source: entry.source, text: "\(entry.text) \(entry.url ?? "")")
        case "Runtime.consoleAPICalled":
            guard let type = params?.type, ["error", "warning", "assert"].contains(type) else { return nil }
            let words = params?.args?.map { $0.value ?? $0.description ?? "" } ?? []
            return .init(source: "console", text: words.joined(separator: " "))
        case "Runtime.exceptionThrown":
            let failure = params?.exceptionDetails
            return .init(source: "javascript", text: failure?.exception?.description ?? failure?.text ?? "")
        default: return nil
        }
    }
}
