/// What a subscriber wants to see.
package enum View: Sendable, Equatable {
    /// Every change.
    case all
    /// The first rows, when they changed.
    case top
    /// The changes of these users with their ranks. At most 20; more are cut off.
    case users([String])
    /// Where one user stands, and who is near.
    case own(OwnWish)
}

/// Subscribers that get the same bytes.
struct Group: Sendable, Hashable {
    enum Kind: Int, CaseIterable, Sendable { case all, top, users, me }
    let kind: Kind
    let form: MessageForm

    /// How many there are. What is kept for each of them is an array of this length from the beginning.
    static let count = MessageForm.count * Kind.allCases.count
    static var all: [Group] { MessageForm.all.flatMap { form in Kind.allCases.map { Group(kind: $0, form: form) } } }

    /// Its place in such an array.
    var index: Int { form.index * Kind.allCases.count + kind.rawValue }
}

extension View {
    var kind: Group.Kind {
        switch self {
        case .all: .all
        case .top: .top
        case .users: .users
        case .own: .me
        }
    }
}
