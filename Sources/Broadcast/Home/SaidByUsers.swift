import Board
import NIOCore

/// What the users of the rows that are shown say of themselves, for viewers who asked for that; without I/O.
///
/// It is read from the source, for the users of whom it is not known, or of whom an event told that it is another: one question
/// at a time, of as many users as there are rows at most. What happens meanwhile is of the next question.
struct SaidByUsers {
    /// By user, of those shown of whom it is known: a JSON object; nil: nothing is said.
    private(set) var known: [String: String?] = [:]
    /// Those of whom it has to be read.
    private var wanted: Set<String> = []
    /// Of the question that is under way.
    private var asked: Set<String>?
    private var number = 0

    /// These rows are shown from now on.
    mutating func show(_ rows: [Standing]) {
        let users = Set(rows.map(\.user))
        known = known.filter { users.contains($0.key) }
        wanted.formIntersection(users)
        for user in users where known[user] == nil && asked?.contains(user) != true { wanted.insert(user) }
    }

    /// The user says something else.
    mutating func changed(_ user: String) {
        if known[user] != nil || asked?.contains(user) == true { wanted.insert(user) }
    }

    func knows(_ rows: [Standing]) -> Bool { rows.allSatisfy { known[$0.user] != nil } }

    var isQuestionDue: Bool { asked == nil && !wanted.isEmpty }

    /// Begins a question, if one is due.
    mutating func ask() -> (number: Int, users: [String])? {
        guard isQuestionDue else { return nil }
        number += 1
        asked = wanted
        defer { wanted = [] }
        return (number, wanted.sorted())
    }

    /// - Parameter said: in the order in which the users were asked for.
    /// - Returns: those who say something else than was known, or of whom nothing was known.
    mutating func end(_ number: Int, _ users: [String], _ said: [String?]) -> [(user: String, said: String?)] {
        guard number == self.number, asked != nil, users.count == said.count else { return [] }
        asked = nil
        var changed: [(user: String, said: String?)] = []
        for (user, said) in zip(users, said) where known[user] != .some(said) {
            known[user] = .some(said)
            changed.append((user, said))
        }
        return changed
    }

    /// The source did not answer: it is asked again, as if nothing had been.
    mutating func fail(_ number: Int) {
        guard number == self.number, let asked else { return }
        wanted.formUnion(asked)
        self.asked = nil
    }

    /// Nobody wants to know any more.
    mutating func forget() {
        known = [:]
        wanted = []
        asked = nil
        number += 1
    }
}
