import Board
import Foundation
import NIOCore
import NIOEmbedded

@testable import Broadcast

/// A viewer who believes what the messages say and nothing else, and notes each message that breaks the contract.
final class ModelViewer {
    let view: View
    private(set) var faults: [String] = []
    private(set) var cursor: Cursor?
    /// Connections that the service ended.
    private(set) var timesSentAway = 0
    private(set) var snapshots = 0
    private var scores: [String: Int] = [:]
    private var users: [String: UserStanding] = [:]
    /// The last standings, as they came.
    private var shown: [Standing] = []
    private var connection: (channel: ModelChannel, socket: SlowSocket, isFirst: Bool)?

    private let transport: Transport
    private let hasShortWay: Bool

    /// What the last message told of their own place.
    private(set) var own: ViewedMessage?
    /// Who has passed, and was passed, since the connection began; and the rank of its first message.
    private(set) var (passed, overtook, firstRank) = (0, 0, Int?.none)
    private(set) var ownTimes: [NIODeadline] = []

    /// As the messages must name it.
    private let board: String?
    /// Who it has shown to be.
    var access = Access.unknown
    /// Why the service ended the connections that it ended.
    private(set) var ends: [EndReason] = []

    /// What is one's own is shown to who is known alone.
    convenience init(own wish: OwnWish, by transport: Transport = .webSocket, hasShortWay: Bool = false) {
        self.init(.own(wish), by: transport, hasShortWay: hasShortWay)
        access = .known(until: .distantFuture)
    }

    init(_ view: View, by transport: Transport = .webSocket, hasShortWay: Bool = false, of board: String? = nil) {
        self.view = view
        self.board = board
        self.transport = transport
        self.hasShortWay = hasShortWay
    }

    static let framings = Framings(
        webSocket: framing(of: .webSocket),
        deflatedWebSocket: framing(of: .deflatedWebSocket),
        eventStream: framing(of: .eventStream)
    )

    /// Frames tell whose they are, and end in a line feed.
    private static func framing(of transport: Transport) -> Framing {
        Framing(
            frame: { message, _ in ByteBuffer(string: "\(transport) \(String(buffer: message))\n") },
            end: { channel, reason in
                channel.writeAndFlush(ByteBuffer(string: "\(transport) end \(reason)\n"), promise: nil)
                channel.close(promise: nil)
            }
        )
    }

    /// - Parameter stream: nil: that of the paths without a board.
    func connect(
        to instance: ModelInstance,
        _ options: BroadcastOptions,
        withCursor: Bool,
        on loop: Int = 0,
        stream: BoardStream? = nil,
        hold: BoardHold? = nil
    ) throws {
        let loop = instance.loops.all[loop]
        try loop.enter {
            let channel = try ModelChannel(loop)
            let sockets = instance.sockets[loop.number]
            let socket = SlowSocket(channel.embedded, options.backlog)
            try channel.pipeline.syncOperations.addHandler(socket)
            connection = (channel, socket, true)
            (own, passed, overtook, firstRank) = (nil, 0, 0, nil)
            ownTimes = []
            (stream ?? instance.broadcaster.main).subscribe(
                channel,
                transport: transport,
                view: view,
                cursor: withCursor ? cursor : nil,
                namesBoard: board != nil,
                access: access,
                admission: hold,
                socket: hasShortWay ? sockets.add(socket, of: channel) : nil
            )
        }
    }

    func disconnect() throws {
        guard let connection else { return }
        try read()
        self.connection = nil
        connection.channel.end()
    }

    /// Its rights were looked up, and it may see the board.
    func lookedUp(_ look: RightsLook) {
        connection?.channel.enter {
            connection?.channel.pipeline.fireUserInboundEventTriggered(LookedUp(look))
        }
    }

    var isConnected: Bool { connection?.channel.isActive ?? false }
    var mostUnsent: Int { connection?.socket.mostUnsent ?? 0 }

    var isReading: Bool {
        get { connection?.socket.isReading ?? true }
        set { connection?.channel.enter { connection?.socket.isReading = newValue } }
    }

    var tellsOfDrain: Bool {
        get { connection?.socket.tellsOfDrain ?? true }
        set { connection?.channel.enter { connection?.socket.tellsOfDrain = newValue } }
    }

    /// Takes what has arrived.
    func read() throws {
        guard let connection else { return }
        while let bytes = try connection.channel.embedded.readOutbound(as: ByteBuffer.self) {
            for line in String(buffer: bytes).split(separator: "\n") {
                let parts = line.split(separator: " ", maxSplits: 1)
                if parts[0] != "\(transport)" { faults.append("frame of \(parts[0]) for \(transport)") }
                if let end = EndReason.allCases.first(where: { parts[1] == "end \($0)" }) {
                    ends.append(end)
                    continue
                }
                take(try JSONDecoder().decode(ViewedMessage.self, from: Data(parts[1].utf8)))
            }
        }
        if !connection.channel.isActive {
            timesSentAway += 1
            self.connection = nil
        }
    }

    private func take(_ message: ViewedMessage) {
        guard let place = Cursor(message.cursor) else { return faults.append("bad cursor \(message.cursor)") }
        if message.board != board { faults.append("message of board \(message.board ?? "")") }
        let isFirst = connection?.isFirst ?? false
        connection?.isFirst = false
        if message.type == "snapshot" { snapshots += 1 }
        switch (message.type, view) {
        case ("snapshot", .users(let ids)):
            let told = message.users ?? []
            if told.map(\.user_id) != ids { faults.append("users \(told.map(\.user_id)) for \(ids)") }
            users = Dictionary(uniqueKeysWithValues: told.map { ($0.user_id, $0.standing) })
        case ("snapshot", _), ("scoreboard", .top):
            shown = (message.scoreboard ?? []).map { Standing(user: $0.user_id, score: $0.score) }
            scores = Dictionary(uniqueKeysWithValues: (message.scoreboard ?? []).map { ($0.user_id, $0.score) })
        case ("me", .own(let wish)):
            if message.user_id != wish.user { faults.append("me of \(message.user_id ?? "nobody")") }
            for told in [message.passed, message.overtook].compactMap(\.self) {
                if told.users.count != min(told.count, 5) {
                    faults.append("\(told.users.count) of \(told.count) named")
                }
            }
            passed += message.passed?.count ?? 0
            overtook += message.overtook?.count ?? 0
            if own == nil { (passed, overtook, firstRank) = (0, 0, message.rank) }
            own = message
            ownTimes.append(connection?.channel.eventLoop.now ?? .uptimeNanoseconds(0))
        case ("changes", .all), ("changes", .users):
            let last = cursor?.seq ?? -1
            if isFirst, view != .all { faults.append("first message is no snapshot") }
            if place.epoch != cursor?.epoch { faults.append("changes of epoch \(place.epoch)") }
            if let from = message.from, from > last + 1 { faults.append("hole from \(last) to \(from)") }
            if place.seq < last { faults.append("back from \(last) to \(place.seq)") }
            let seqs = (message.changes ?? []).map(\.seq)
            if seqs != seqs.sorted() { faults.append("misordered \(seqs)") }
            for change in message.changes ?? [] {
                scores[change.user_id] = change.score
                users[change.user_id] = UserStanding(user: change.user_id, score: change.score, rank: change.rank)
            }
        default: faults.append("message \(message.type)")
        }
        cursor = place
    }

    /// The first rows as the viewer sees them.
    func standings(_ rows: Int) -> [Standing] {
        Array(scores.map { Standing(user: $0, score: $1) }.sorted { $0.precedes($1) }.prefix(rows))
    }

    /// The users that the viewer believes to be on the board, among those that are shown.
    func shown(_ rows: Int) -> Set<String> {
        let followed = users.filter { $0.value.score != nil }.map(\.key)
        return Set(view == .all || view == .top ? standings(rows).map(\.user) : followed)
    }

    /// The faults since the last call.
    func takeFaults() -> [String] {
        defer { faults = [] }
        return faults
    }

    /// What it sees, against what is so.
    func check(against board: ModelBoard, rows: Int) {
        guard isConnected else { return faults.append("not connected") }
        if case .own(let wish) = view {
            let so = board.own(wish)
            let seen = own.map {
                "\($0.score as Int?) \($0.rank as Int?) \($0.total as Int?) \($0.percentile as Double?)"
            }
            let percentile = so.score == nil ? nil : so.among.percentileHundredths.map { Double($0) / 100 }
            let isSo = "\(so.score as Int?) \(so.rank as Int?) \(so.among.total as Int?) \(percentile as Double?)"
            if seen != isSo { faults.append("is told \(seen ?? "nothing") and not \(isSo)") }
            let near = so.neighbours.map { "\($0.standing.user) \($0.standing.score) \($0.rank)" }
            let told = (own?.neighbours ?? []).map { "\($0.user_id) \($0.score ?? 0) \($0.rank ?? 0)" }
            if near != told { faults.append("is told of \(told) and not \(near)") }
            return
        }
        if case .users(let ids) = view {
            for id in ids where users[id] != board.standing(of: id) {
                faults.append("sees \(String(describing: users[id])) and not \(board.standing(of: id))")
            }
            return
        }
        // Where the order is that of arrival, only the service can tell it.
        let seen = view == .top ? shown : standings(rows)
        if seen != board.standings(rows) { faults.append("sees \(seen) and not \(board.standings(rows))") }
        if view == .all, cursor != board.cursor {
            faults.append("is at \(String(describing: cursor)) and not \(board.cursor)")
        }
    }
}

/// A live message, read by the field names of the contract.
struct ViewedMessage: Decodable {
    struct Row: Decodable {
        let user_id: String
        let score: Int
    }

    struct Change: Decodable {
        let user_id: String
        let score, score_increase, seq: Int
        let rank: Int?
    }

    struct User: Decodable {
        let user_id: String
        let score, rank: Int?
        var standing: UserStanding { UserStanding(user: user_id, score: score, rank: rank) }
    }

    let type, cursor: String
    let board: String?
    let from: Int?
    let scoreboard: [Row]?
    let changes: [Change]?
    let users: [User]?
    /// Of one's own place.
    let user_id: String?
    let score, rank, total: Int?
    let percentile: Double?
    let neighbours: [User]?
    let passed, overtook: Passings?

    struct Passings: Decodable {
        struct Passing: Decodable {
            let user_id: String
            let score: Int
            let time: Int?
        }
        let count: Int
        let users: [Passing]
    }
}
