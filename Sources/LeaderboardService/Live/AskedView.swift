import Board
import Broadcast
import HTTPServer
import Leaderboard
import NIOCore

/// What a live connection is asked for by its query.
enum AskedView: Sendable, Equatable {
    case shared(View)
    /// The viewer's own place, with so many neighbours on each side.
    case own(neighbours: Int, pause: TimeAmount)

    static let maximumUsers = 20
    static let mostNeighbours = 5
    /// Messages in a second.
    static let mostOften = 20

    /// `?view=top`, or `?user_id=` up to 20 times, or `?view=me`, or none of them: all changes. What is for `me` alone is looked at, and
    /// not followed, elsewhere.
    init(_ query: Query) throws(Refusal) {
        let views = query.values("view")
        let users = query.userIDs
        guard views.count <= 1, views.allSatisfy({ ["all", "top", "me"].contains($0) }) else {
            throw .invalidQuery("view must be top, all or me.")
        }
        let neighbours = try query.number("neighbours", in: 0...Self.mostNeighbours) ?? Self.mostNeighbours
        let rate = try query.number("max_rate", in: 1...Self.mostOften)
        guard users.isEmpty else {
            guard views.isEmpty, users.count <= Self.maximumUsers, users.allSatisfy({ (try? UserID($0)) != nil }) else {
                throw .invalidQuery("user_id must be 1 to \(Self.maximumUsers) valid user ids, and goes without view.")
            }
            self = .shared(.users(users))
            return
        }
        guard views.first == "me" else {
            self = .shared(views.first == "top" ? .top : .all)
            return
        }
        self = .own(neighbours: neighbours, pause: rate.map { .nanoseconds(1_000_000_000 / Int64($0)) } ?? .zero)
    }

    var isOwn: Bool { if case .own = self { true } else { false } }

    /// - Parameters:
    ///   - viewer: nil: nobody knows.
    ///   - isHidden: whether the viewer is a hidden user; nil: not known.
    func view(of viewer: LiveViewer?, isHidden: Bool? = nil) throws(Refusal) -> View {
        switch self {
        case .shared(let view): return view
        case .own(let neighbours, let pause):
            guard let viewer else { throw .missingToken }
            let user = viewer.subject.rawValue
            return .own(OwnWish(user: user, neighbours: neighbours, pause: pause, isHidden: isHidden))
        }
    }
}
