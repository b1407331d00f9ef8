package import NIOCore
package import RedisClient

/// Which of the ``NeededRights`` a user lacks, as the server itself says.
package struct MissingRights: Sendable, Equatable {
    /// What is withheld of one call: the command, or a key or the channel that it is for.
    package struct Lack: Sendable, Equatable {
        package let right: NeededRights.Right
        /// `+xadd`, `~lb:{main}:*`, `&lb:{main}:events`: the rule that would allow it.
        package let rule: String
        /// `xadd`; `xadd on lb:{main}:audit`.
        package let words: String
    }

    package let lacks: [Lack]

    package init(lacks: [Lack] = []) {
        self.lacks = lacks
    }

    package func concerning(_ purposes: Set<NeededRights.Purpose>) -> MissingRights {
        MissingRights(lacks: lacks.filter { purposes.contains($0.right.purpose) })
    }

    package var isEmpty: Bool { lacks.isEmpty }

    /// Each once, for a sentence; a long list is cut.
    package var words: String {
        let all = Self.unique(lacks.map(\.words))
        let shown = all.prefix(Self.shown).joined(separator: ", ")
        return all.count > Self.shown ? "\(shown) and \(all.count - Self.shown) more" : shown
    }

    /// The user has no right at all to write: it is an operator's, who looks.
    package var isOfReader: Bool {
        let commands = Set(lacks.map(\.rule))
        return ["+fcall", "+set", "+mset", "+zadd", "+xadd"].allSatisfy(commands.contains)
    }

    /// For `ACL SETUSER`.
    package var rules: String { Self.unique(lacks.map(\.rule)).joined(separator: " ") }

    private static let shown = 8

    private static func unique(_ all: [String]) -> [String] {
        var seen: Set<String> = []
        return all.filter { seen.insert($0).inserted }
    }

    /// Asks by `ACL DRYRUN`, which changes nothing. Nil where nobody tells: the user may not ask it, or Redis does not answer.
    package static func ask(
        _ redis: RedisConnections,
        user: String,
        _ needed: NeededRights,
        on eventLoop: any EventLoop
    ) async -> MissingRights? {
        // The questions of one tick go to Redis in one write.
        let answers = await needed.all.mapAllAtOnce { right in
            var command = RedisCommand("ACL", "DRYRUN", user)
            for word in right.words { command.append(word) }
            // A refusal is of the question: of ACL itself, or of a command that this server does not have.
            return try? await redis.send(command, expecting: { _ in true }, on: eventLoop).text
        }
        var lacks: [Lack] = []
        for (right, answer) in zip(needed.all, answers) {
            guard let text = answer else { return nil }
            if text == "OK" { continue }
            guard text.contains("permission") else { return nil }
            lacks.append(Lack(right, saidBy: text))
        }
        return MissingRights(lacks: lacks)
    }
}

extension MissingRights.Lack {
    /// - Parameter text: of Redis 7.0 to 8, Valkey: `… has no permissions to run the 'xadd' command`, `… to access the 'x' key`,
    ///   `… to access the 'x' channel`. Whatever else it may be is told as a command.
    fileprivate init(_ right: NeededRights.Right, saidBy text: String) {
        self.right = right
        if text.hasSuffix(" key") || text.contains(" keys") {
            rule = "~\(right.keys)"
            words =
                "\(right.command) on "
                + (right.words.dropFirst().first { text.contains("'\($0)'") } ?? right.keys)
        } else if text.contains(" channel") {
            rule = "&\(right.channels)"
            words = "\(right.command) on \(right.channels)"
        } else {
            rule = "+\(right.command)"
            words = right.command
        }
    }
}
