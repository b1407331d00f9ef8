import Logging

/// A name that is set and that nobody reads, though it looks like one of ours: it has no effect.
package struct UnknownName: Sendable, Equatable {
    package let name: String
    /// The file and the line; nil: the process environment.
    package let place: String?
    /// The variable that may be meant.
    package let nearest: String?

    func log(_ logger: Logger) {
        var metadata: Logger.Metadata = ["name": "\(name)", "place": "\(place ?? "environment")"]
        if let nearest { metadata["nearest"] = "\(nearest)" }
        logger.warning("a name that looks like a setting has no effect", metadata: metadata)
    }
}

extension Settings {
    /// Every name of the file in capitals that is not known, and every one that is nearly one of ours; of the environment, which
    /// is everybody's, these, and those that begin as several of ours do.
    func unknownNames(known: Set<String>) -> [UnknownName] {
        let ours = OurNames(known)
        let fromFile = file.names.filter { !known.contains($0) }.compactMap { name -> UnknownName? in
            let nearest = ours.nearest(to: name)
            guard nearest != nil || EnvironmentFile.looksLikeSetting(name) else { return nil }
            return UnknownName(
                name: name,
                place: file.entries[name].map { file.place(ofLine: $0.line) },
                nearest: nearest
            )
        }
        let fromEnvironment = environmentNames.filter { !known.contains($0) }.compactMap { name -> UnknownName? in
            let nearest = ours.nearest(to: name)
            guard nearest != nil || ours.beginsLikeOurs(name) else { return nil }
            return UnknownName(name: name, place: nil, nearest: nearest)
        }
        return fromFile + fromEnvironment
    }
}

/// Which names look like the service's.
private struct OurNames {
    private let known: [String]
    /// The first words that several of them share: `JWT_`, `LIVE_` …
    private let beginnings: Set<Substring>

    init(_ known: Set<String>) {
        self.known = known.sorted()
        let words = known.compactMap(Self.firstWord)
        beginnings = Set(Dictionary(grouping: words) { $0 }.filter { $0.value.count > 1 }.keys)
    }

    /// With the same letters in another case, or few letters off: one in a short name, two in one of eight letters or more.
    func nearest(to name: String) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let name = Array(name.uppercased().utf8)
        let near = known.compactMap { candidate -> (name: String, distance: Int)? in
            let distance = editDistance(name, Array(candidate.utf8))
            return distance <= (candidate.utf8.count < 8 ? 1 : 2) ? (candidate, distance) : nil
        }
        return near.min { $0.distance < $1.distance }?.name
    }

    func beginsLikeOurs(_ name: String) -> Bool {
        guard let word = Self.firstWord(of: name) else { return false }
        return beginnings.contains(word) && !Self.isServiceLink(name)
    }

    private static func firstWord(of name: String) -> Substring? {
        name.firstIndex(of: "_").map { name[...$0] }
    }

    /// What docker and Kubernetes put into the environment for each service that there is: `REDIS_SERVICE_HOST`,
    /// `REDIS_PORT_6379_TCP_ADDR` …
    private static func isServiceLink(_ name: String) -> Bool {
        name.contains(/_SERVICE_(HOST|PORT)|_PORT$|_PORT_[0-9]+_(TCP|UDP|SCTP)/)
    }
}

/// How many letters must be put in, left out, changed, or swapped with their neighbours to make one of the other (optimal string
/// alignment).
func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for (row, letter) in first.enumerated() {
        var next = [row + 1]
        for (column, other) in second.enumerated() {
            var best = min(last[column + 1] + 1, next[column] + 1, last[column] + (letter == other ? 0 : 1))
            if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
                best = min(best, beforeLast[column - 1] + 1)
            }
            next.append(best)
        }
        (beforeLast, last) = (last, next)
    }
    return last[second.count]
}
