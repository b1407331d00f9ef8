extension [String] {
    /// How many of a list are named.
    private static var named: Int { 20 }

    /// `a, b`; of a long list the first ones, `and 7 more`.
    package var firstNames: String {
        let names = prefix(Self.named).joined(separator: ", ")
        return count > Self.named ? names + " and \(count - Self.named) more" : names
    }
}
