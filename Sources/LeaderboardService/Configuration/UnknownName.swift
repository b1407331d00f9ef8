import Text
import Leaderboard
import Logging

/// A name that is set and that nobody reads, though it looks like one of ours: it has no effect.
package struct UnknownName: Sendable, Equatable, CustomStringConvertible {
    package let name: String
    /// The file and the line; nil: the process environment.
    package let place: String?
    /// The variable that may be meant.
    package let nearest: String?

    /// `JWT_SECRT (.env, line 3): has no effect; JWT_SECRET may be meant`
    package var description: String {
        let meant = nearest.map { "\($0) may be meant" } ?? "no variable of the service has this name"
        return "\(name) (\(place ?? "environment")): has no effect; \(meant)"
    }

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
            let nearest = ours.nearest(to: name, isOurs: true)
            guard nearest != nil || EnvironmentFile.looksLikeSetting(name) else { return nil }
            return UnknownName(
                name: name,
                place: file.entries[name].map { file.place(ofLine: $0.line) },
                nearest: nearest
            )
        }
        let fromEnvironment = environmentNames.filter { !known.contains($0) }.compactMap { name -> UnknownName? in
            let nearest = ours.nearest(to: name, isOurs: ours.beginsLikeOurs(name))
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

    /// The one that may be meant: few letters off, or of the same words but for a unit and plurals: `LIVE_WINDOW`, `TRUSTED_PROXY`.
    /// - Parameter isOurs: it stands where only our names stand, or begins as they do: it may also have one or two words too few, too
    ///   many or in another place: `MAX_SCORE_INCREASE`, `TLS_KEY_FILE`, `JWT_JWKS_FILE`.
    func nearest(to name: String, isOurs: Bool) -> String? {
        if let near = known.nearest(to: name) { return near }
        guard name.utf8.count <= 64 else { return nil }
        if isOurs, name.uppercased().hasSuffix("_FILE"), known.contains(String(name.uppercased().dropLast(5))) {
            return String(name.uppercased().dropLast(5))
        }
        let words = Self.words(of: name)
        let kin = known.compactMap { candidate -> (name: String, distance: Int)? in
            let own = Self.words(of: candidate)
            // Twice the distance, and one more where the last words differ, units among them.
            let ending = candidate.hasSuffix(Self.lastWord(of: name.uppercased())) ? 0 : 1
            if own == words { return (candidate, ending) }
            let (mine, theirs) = (Set(own), Set(words))
            let distance = mine.symmetricDifference(theirs).count
            let isKin = min(mine.count, theirs.count) >= 2 && (mine.isSubset(of: theirs) || theirs.isSubset(of: mine))
            return isOurs && isKin && distance <= 2 ? (candidate, 2 + 2 * distance + ending) : nil
        }
        return kin.min { ($0.distance, $0.name.utf8.count, $0.name) < ($1.distance, $1.name.utf8.count, $1.name) }?.name
    }

    /// In the singular, without a unit at the end.
    private static func words(of name: String) -> [String] {
        var words = name.uppercased().parts(at: "_").filter { !$0.isEmpty }.map { word -> String in
            if word.hasSuffix("IES") { return String(word.dropLast(3)) + "Y" }
            return word.count > 3 && word.hasSuffix("S") ? String(word.dropLast()) : String(word)
        }
        if words.count > 1, let last = words.last, ["SECOND", "MS", "BYTE"].contains(last) {
            words = words.dropLast()
        }
        return words
    }

    private static func lastWord(of name: String) -> Substring {
        name.utf8.lastIndex(of: UInt8(ascii: "_")).map { name[$0...] } ?? name[...]
    }

    func beginsLikeOurs(_ name: String) -> Bool {
        guard let word = Self.firstWord(of: name) else { return false }
        // Those of OpenTelemetry are everybody's: an injector sets many for programs of all kinds.
        return beginnings.contains(word) && word != "OTEL_" && !Self.isServiceLink(name)
    }

    private static func firstWord(of name: String) -> Substring? {
        name.utf8.firstIndex(of: UInt8(ascii: "_")).map { name[...$0] }
    }

    /// What docker and Kubernetes put into the environment for each service that there is: `REDIS_SERVICE_HOST`,
    /// `REDIS_PORT_6379_TCP_ADDR` …
    private static func isServiceLink(_ name: String) -> Bool {
        name.contains(/_SERVICE_(HOST|PORT)|_PORT$|_PORT_[0-9]+_(TCP|UDP|SCTP)/)
    }
}
