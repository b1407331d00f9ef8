/// What one check of the ``Doctor`` found.
package struct Finding: Sendable, Equatable {
    package enum Verdict: String, Sendable {
        case good = "ok"
        /// It works, but would be better otherwise.
        case advice
        /// It does not work, or loses data.
        case bad = "BAD"
    }

    package let verdict: Verdict
    /// One word: `configuration`, `redis`, `eviction` …
    package let subject: String
    /// What is so, in words.
    package let fact: String
    /// What to change; empty where all is good.
    package let remedy: String

    static func good(_ subject: String, _ fact: String) -> Finding {
        Finding(verdict: .good, subject: subject, fact: fact, remedy: "")
    }

    static func advice(_ subject: String, _ fact: String, do remedy: String) -> Finding {
        Finding(verdict: .advice, subject: subject, fact: fact, remedy: remedy)
    }

    static func bad(_ subject: String, _ fact: String, do remedy: String) -> Finding {
        Finding(verdict: .bad, subject: subject, fact: fact, remedy: remedy)
    }
}
