import Text

/// An error reply: its first word, and the rest.
package struct RedisRefusal: Error, Sendable, Equatable {
    package let code: String
    package let message: String

    init(_ line: String) {
        let (word, rest) = line.cut(at: " ")
        code = String(word)
        message = rest.map(String.init) ?? ""
    }

    /// True if a function had begun: the error (a key of another type, a right that the ACL withholds) may have come
    /// after some of its writes. Redis ends such a text with `script: leaderboard_update, on @user_function:103.`
    /// Every other error of FCALL comes before it runs, and a function can be killed only while it has not written.
    package var isFromWithinFunction: Bool {
        message.contains("@user_function") && !message.contains("Script killed by user")
    }

    /// The function library is not loaded (any more).
    package var isFunctionMissing: Bool { code == "ERR" && message == "Function not found" }

    /// This server is not, or not yet, the one to talk to: another connection may reach the right one. MOVED says it of one
    /// slot only.
    package var isWrongServer: Bool {
        switch code {
        case "READONLY", "MASTERDOWN", "LOADING", "NOAUTH", "WRONGPASS", "MOVED", "CLUSTERDOWN": true
        default: false
        }
    }

    /// The server is as good as before, but the slot is another one's, for good or for this command.
    var isRedirection: Bool { code == "MOVED" || code == "ASK" }

    /// Another node takes it, or this one soon.
    var isElsewhere: Bool { isRedirection || code == "TRYAGAIN" }

    /// The slot is on its way to another node of the cluster. That one takes a call with one key; of several, none may be
    /// missing (a token bucket, mostly), not even after ASKING: then there is only to wait for the end of it.
    package var isSlotMoving: Bool { code == "ASK" || code == "TRYAGAIN" }

    /// The ACL withholds a command, a key or a channel from the user. Within a function, Redis 7.0 has no code for it.
    package var lacksRight: Bool { code == "NOPERM" || message.hasPrefix("The user executing the script can't") }

    /// Why Redis refuses every write at the moment; nil where it is another refusal.
    package var reasonAgainstWrites: String? {
        switch code {
        case "MISCONF": "it could not write to its disk"
        case "OOM": "its memory is full"
        case "NOREPLICAS": "too few of its replicas are connected"
        case "READONLY": "it is a replica"
        default: nil
        }
    }

    /// A key holds what the call cannot work on: another writer spoilt it, and somebody must mend it (`Functions/audit.lua`).
    package var isOfSpoiltKey: Bool {
        switch code {
        case "WRONGTYPE", "BADDEF": true
        // Redis' own words stand behind it: the audit takes no entry, or the user may append none.
        case "NOAUDIT": !message.contains("The user executing the script can't") && !message.contains("NOPERM")
        default: false
        }
    }

    /// It will be refused however often it is tried: somebody must change the server's settings, or mend a key.
    var needsOperator: Bool {
        switch code {
        case "NOAUTH", "WRONGPASS", "OOM", "MISCONF", "NOAUDIT": true
        default: lacksRight || isOfSpoiltKey
        }
    }

    /// What `CLUSTER` is answered by a server that runs by itself.
    var isOfNoCluster: Bool { code == "ERR" && message.contains("cluster support disabled") }

    /// The code, and what it means where somebody must change a setting of ours: constant words, for Redis' own quote keys.
    var words: String {
        switch code {
        case "NOAUTH": "NOAUTH: a password is wanted, and none is set"
        case "WRONGPASS": "WRONGPASS: the password or the user is wrong, or the user is off"
        case "NOPERM": "NOPERM: the user lacks a right"
        case "ERR" where message.contains("without any password configured"):
            "ERR: a password is set, and the server has none for the default user"
        case "ERR" where isOfNoCluster: "ERR: the server belongs to no cluster"
        case "ERR" where message.contains("DB index") || message.contains("SELECT is not allowed"):
            "ERR: there is no such database"
        default: code
        }
    }

    /// Where in the cluster the command belongs; nil where it says no such thing.
    var redirection: Redirection? {
        guard isRedirection else { return nil }
        let words = message.words
        guard words.count == 2, let slot = Int(words[0]), (0..<ClusterSlot.count).contains(slot),
            case (let host?, let digits) = words[1].cut(atLast: ":"), let port = Port(digits)
        else { return nil }
        return Redirection(slot: slot, host: host, port: port.number, isForNow: code == "ASK")
    }
}

/// Of `MOVED 3999 127.0.0.1:6381` and `ASK 3999 127.0.0.1:6381`.
struct Redirection: Equatable {
    let slot: Int
    /// Empty or `?`: that of the node that said so.
    let host: Substring
    let port: Int
    /// This command only, and after ASKING; the slot stays where it is for now.
    let isForNow: Bool

    /// - Parameter source: who said so.
    func address(saidBy source: RedisEndpoint.Address?) -> RedisEndpoint.Address? {
        if !host.isEmpty, host != "?" { return .tcp(host: String(host), port: port) }
        guard case .tcp(let own, _) = source else { return nil }
        return .tcp(host: own, port: port)
    }
}
