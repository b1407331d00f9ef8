/// How the private redis-server is set up; each option with its reason.
enum ServerArguments {
    static func list(directory: String, socket: String, syncsEveryWrite: Bool = false) -> [String] {
        [
            // Reached through the socket only, and by this user only.
            "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700",
            // Every write goes to the append-only file before it is answered, but while an fsync is slow; the disk is synced once a
            // second, or each time.
            "--dir", directory, "--appendonly", "yes", "--appendfsync", syncsEveryWrite ? "always" : "everysec",
            // A half-written last command, as a loss of power leaves it, is cut off instead of refusing to start.
            "--aof-load-truncated", "yes",
            // The append-only file has it all: no snapshots beside it.
            "--save", "",
            // A board must not lose players to make room: a full memory refuses the write.
            "--maxmemory-policy", "noeviction",
            // A large key that ends is freed beside its work.
            "--lazyfree-lazy-expire", "yes", "--lazyfree-lazy-user-del", "yes",
            "--daemonize", "no",
        ]
    }
}
