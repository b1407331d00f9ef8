import Text

/// What is kept of what one user says of itself, as Redis and a backup have it.
enum KeptProfile: Hashable, Sendable {
    case said(UserMetadata)
    /// An operator has taken it away, and holds it.
    case held

    /// As a backup has it. Nil: it is none.
    init?(_ value: JSONValue) {
        if value == .null {
            self = .held
        } else {
            guard let metadata = try? UserMetadata(value), !metadata.isEmpty else { return nil }
            self = .said(metadata)
        }
    }

    /// As Redis has it. Nil: nothing that may be shown.
    init?(stored text: String) {
        if text == ScoreStore.held {
            self = .held
        } else {
            guard let metadata = UserMetadata(stored: text), !metadata.isEmpty else { return nil }
            self = .said(metadata)
        }
    }

    var json: String {
        switch self {
        case .said(let metadata): metadata.json
        case .held: "null"
        }
    }

    var stored: String {
        switch self {
        case .said(let metadata): metadata.json
        case .held: ScoreStore.held
        }
    }
}
