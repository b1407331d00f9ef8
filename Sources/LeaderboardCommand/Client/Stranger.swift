import NIOCore
import Text

/// What answers where the service should be, and is another program. Nothing that it said is shown, but the number of its status.
enum Stranger: Error, Equatable {
    /// HTTP, but not what the service says.
    case http(status: UInt)
    case noHTTP
    /// It speaks TLS, and was not asked to.
    case speaksTLS
    /// It was asked for TLS, and does not speak it.
    case speaksNoTLS
    /// It ends the connection without a word, as a server of TLS may that is not asked by TLS.
    case hangsUp
    /// It takes connections and says nothing.
    case silent

    /// In one sentence.
    func words(at url: ServiceURL) -> String {
        let sentence = "what answers at \(url.place) is not a leaderboard service"
        switch self {
        case .http(let status) where (300..<400).contains(status):
            return "\(sentence): it answered \(status), which sends on to another address"
        case .http(let status) where isGateway:
            return "\(sentence): it answered \(status), as a load balancer without an instance does"
        case .http(let status): return "\(sentence): it answered \(status), and not as the service does"
        case .noHTTP: return "\(sentence): it does not speak HTTP"
        case .speaksTLS: return "\(sentence), or one that has to be asked by https://: it speaks TLS"
        case .speaksNoTLS: return "\(sentence), or one that has to be asked by http://: it does not speak TLS"
        case .hangsUp where !url.isSecure:
            return "\(sentence), or one that has to be asked by https://: it ended the connection without an answer"
        case .hangsUp: return "\(sentence): it ended the connection without an answer"
        case .silent: return "what listens at \(url.place) says nothing: it is not a leaderboard service, or it hangs"
        }
    }

    /// A proxy before the service says so while no instance is there (RFC 9110, section 15.6).
    var isGateway: Bool {
        if case .http(let status) = self { (502...504).contains(status) } else { false }
    }
}

extension AnswerReader.Answer {
    /// Whether the service's `/healthz`, `/readyz` or list of boards says so, or an error of the service.
    var isOfService: Bool {
        guard let object = try? JSONValue(json: body, maximumBytes: 1 << 20).object else { return false }
        switch object["status"]?.string {
        case "ok", "ready": return status == 200
        case "error": return object["code"]?.string != nil && object["message"]?.string != nil
        default: return status == 200 && object["boards"]?.array != nil
        }
    }
}

extension ServiceURL {
    /// The answer of the service itself.
    /// - Throws: ``Stranger`` where another program answers, and else what keeps it from being asked.
    func ask(_ path: String, within limit: TimeAmount) async throws -> AnswerReader.Answer {
        let answer = try await get(path, within: limit)
        guard answer.isOfService else { throw Stranger.http(status: answer.status) }
        return answer
    }

    /// Returns if the service answers. A proxy before it may keep `/healthz` to itself: then what anybody may read tells.
    func recognise() async throws {
        do { _ = try await ask("/healthz", within: .seconds(5)) } catch Stranger.http {
            _ = try await ask("/api/v1/boards?limit=1", within: .seconds(3))
        }
    }
}
