extension RedisCommand {
    /// What it does, for the log: its first word, and the second where that is a function or a subcommand. No key.
    var name: String {
        let (first, rest) = Self.word(words[...])
        let second = Self.speaking.contains(first) ? " " + Self.word(rest).word : ""
        return first + second
    }

    private static let speaking: Set<String> = [
        "FCALL", "FCALL_RO", "ACL", "CONFIG", "CLUSTER", "FUNCTION", "SENTINEL",
    ]

    /// The first of these words, and those after it.
    private static func word(_ words: ArraySlice<UInt8>) -> (word: String, rest: ArraySlice<UInt8>) {
        guard let line = words.firstIndex(of: UInt8(ascii: "\n")) else { return ("", []) }
        let start = words[words.index(after: line)...]
        let word = start.prefix { $0 != UInt8(ascii: "\r") }
        return (String(decoding: word.prefix(64), as: UTF8.self), start.dropFirst(word.count + 2))
    }
}
