/// Something that reads what a stranger wrote. It is given bytes, and must neither end the process nor break a promise of its
/// own (``promise(_:_:)``).
struct FuzzTarget: Sendable {
    /// Also that of its folder of kept inputs, `Tests/Fuzz/Corpus/<name>`.
    let name: String
    /// One line for `ops/fuzz --list`.
    let about: String
    /// `Tests/Fuzz/Dictionaries/<name>.dict` has the words of its format.
    let dictionary: String?
    /// Longer inputs are not made up.
    let maximumBytes: Int
    let run: @Sendable (FuzzInput) -> Void

    init(
        _ name: String,
        _ about: String,
        dictionary: String? = nil,
        maximumBytes: Int = 512,
        run: @escaping @Sendable (FuzzInput) -> Void
    ) {
        self.name = name
        self.about = about
        self.dictionary = dictionary
        self.maximumBytes = maximumBytes
        self.run = run
    }

    /// For libFuzzer.
    var options: [String] {
        let words = dictionary.map { ["-dict=Tests/Fuzz/Dictionaries/\($0).dict"] } ?? []
        return words + ["-max_len=\(maximumBytes)"]
    }

    static let all: [FuzzTarget] = [
        // Of anybody who connects.
        .connection, .request, .headers, .forwarded, .query, .webSocket, .subscribe, .proxy,
        // Of who has a token, or claims to.
        .token, .claims, .keySet, .json, .update, .updates, .metadata, .admin, .definition,
        // Of Redis, of who may publish there, and of files.
        .reply, .event, .feed, .audit, .backup, .info, .cursor, .seasons,
        // Of operators, and of the servers that our own clients talk to.
        .address, .url, .settings, .webhooks, .log, .frame, .answer, .live,
    ]
}

/// Ends the process where something does not hold that the code itself promises: a finding, as a trap is one.
func promise(_ holds: Bool, _ what: @autoclosure () -> String) {
    if !holds { fatalError("broken promise: \(what())") }
}
