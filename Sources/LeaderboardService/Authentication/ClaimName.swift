import Text
import Leaderboard

/// Which claim of a token is meant (`JWT_USER_CLAIM`): the text is the claim's whole name, dots and slashes included, so
/// that `https://example.com/user_id` is one. A text that begins with a slash is the path to a member of nested objects (a JSON
/// Pointer, RFC 6901): `/user/id`.
struct ClaimName: Sendable, Equatable {
    static let subject = ClaimName(path: ["sub"])

    /// From the outermost object inwards; at least one.
    let path: [String]

    private init(path: [String]) {
        self.path = path
    }

    init(_ settings: SettingsReader, _ name: String) {
        guard let text = settings.text(name), text != "/" else {
            if settings.text(name) != nil {
                settings.refuse(name, "must name a claim: user_id, or /user/id for a nested one")
            }
            self = .subject
            return
        }
        guard text.hasPrefix("/") else {
            path = [text]
            return
        }
        path = text.dropFirst().parts(at: "/").map { token in
            String(token).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }

    func value(in claims: JSONObject) -> JSONValue? {
        guard let first = path.first else { return nil }
        return path.dropFirst().reduce(claims[first]) { $0?.object?[$1] ?? $0?.element($1) }
    }

    /// The members of a claims object in which it has this JSON value: `"user":{"id":…}`.
    func member(_ json: String) -> String {
        var text = json
        for name in path.reversed() { text = "{\(name.asJSON):\(text)}" }
        return String(text.dropFirst().dropLast())
    }
}

extension JSONValue {
    /// Of an array, by its number as RFC 6901 writes it: digits, from 0, without a leading zero.
    fileprivate func element(_ token: String) -> JSONValue? {
        guard let array, let index = Int(token), String(index) == token, array.indices.contains(index) else {
            return nil
        }
        return array[index]
    }
}
