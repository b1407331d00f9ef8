import NIOCore
import TestSupport
import Testing

@testable import Broadcast

@Suite("Whatever happens")
struct ModelTests {
    @Test(
        "each viewer's board is Redis' after every quiet point, without a hole or a step back on the way",
        arguments: 1...24
    )
    func model(seed: Int) throws {
        let run = try ModelRun(seed: UInt64(seed), loops: [1, 2, 4][seed % 3])
        for _ in 1...12 {
            for _ in 1...80 { try run.step() }
            try run.quiet()
        }
        try run.stop()
    }
}

/// One random run: two instances on one board, each with its loops, and viewers of both transports that hop between them.
final class ModelRun {
    private var random: SeededGenerator
    private let options: BroadcastOptions
    private let board = ModelBoard()
    private let instances: [ModelInstance]
    private let viewers: [ModelViewer]
    private let seed: UInt64
    private var history: [String] = []

    init(seed: UInt64, loops: Int) throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        var options = BroadcastOptions()
        options.window = [.zero, .milliseconds(20), .milliseconds(50)].randomElement(using: &random) ?? .zero
        options.scoreboardRows = Int.random(in: 1...10, using: &random)
        options.copiedUsers = options.scoreboardRows + Int.random(in: 0...12, using: &random)
        options.ringBytes = [0, 500, 4000, 1 << 20].randomElement(using: &random) ?? 0
        options.backlogBytes = 8192
        options.ownRows = [5, 30, 100_000].randomElement(using: &random) ?? 5
        options.maximumRecordedChanges = [4, 16_384].randomElement(using: &random) ?? 4
        self.options = options
        let board = board
        instances = (0..<2).map { ModelInstance(board, options, loops: loops, byRing: $0 == 0) }
        let instances = instances
        board.publish = { event in for instance in instances { instance.publish(event) } }
        let views: [View] = [.all, .top, .users(["u1", "u2", "u30"]), .all, .users(["u4"]), .all]
        viewers =
            views.enumerated().map { index, view in
                let transport: Transport = (index + Int(seed)) % 4 < 2 ? .webSocket : .eventStream
                let name = (index + Int(seed)) % 3 == 0 ? "main" : nil
                return ModelViewer(view, by: transport, hasShortWay: (index + Int(seed)) % 2 == 0, of: name)
            } + ["u3", "u20", "nobody"].map { ModelViewer(own: OwnWish(user: $0, neighbours: 3, pause: .zero)) }
        for viewer in viewers { try connect(viewer, to: instances[0], withCursor: false) }
    }

    func step() throws {
        let instance = instances[Int.random(in: 0...1, using: &random)]
        switch Int.random(in: 0..<100, using: &random) {
        case ..<35: board.update(user(), by: Int.random(in: 0...50, using: &random))
        case ..<55: instance.receive()
        case ..<65: instance.answer(fails: Int.random(in: 0..<5, using: &random) == 0)
        case ..<80: advance(.milliseconds(Int64.random(in: 1...40, using: &random)))
        case ..<84: board.write(user(), Int.random(in: -100...2000, using: &random), isTold: true)
        case ..<85:
            note("silent write") { board.write(user(), Int.random(in: 0...2000, using: &random), isTold: false) }
        case ..<86: note("removal") { Bool.random(using: &random) ? board.suspend(user()) : board.remove(user()) }
        case ..<87: note("lost event") { instance.lose() }
        case ..<89: note("link changes") { instance.isSubscribed ? instance.disconnect() : instance.connect() }
        case ..<95: try hop()
        case ..<98: viewers.randomElement(using: &random)?.isReading.toggle()
        case 98: try misfortune()
        default: board.saveBackup()
        }
        for instance in instances { instance.hop(using: &random) }
        for viewer in viewers { try viewer.read() }
    }

    private func connect(_ viewer: ModelViewer, to instance: ModelInstance, withCursor: Bool) throws {
        let loop = Int.random(in: instance.loops.all.indices, using: &random)
        try viewer.connect(to: instance, options, withCursor: withCursor, on: loop)
    }

    private func user() -> String { "u\(Int.random(in: 0..<40, using: &random))" }

    private func note(_ what: String, _ body: () -> Void) {
        history.append(what)
        body()
    }

    private func advance(_ time: TimeAmount) {
        for instance in instances { instance.advance(time) }
    }

    /// A viewer goes, and comes back to either instance.
    private func hop() throws {
        guard let viewer = viewers.randomElement(using: &random) else { return }
        try viewer.disconnect()
        try connect(
            viewer,
            to: instances[Int.random(in: 0...1, using: &random)],
            withCursor: Int.random(in: 0..<4, using: &random) > 0
        )
    }

    private func misfortune() throws {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: note("wipe") { board.wipe() }
        case 1: note("restore") { board.restoreBackup() }
        default:
            // More than a backlog takes.
            for _ in 0..<200 { board.update(user(), by: 1) }
            for instance in instances { for _ in 0..<200 { instance.receive() } }
        }
    }

    /// Nothing new happens, all links are up, everybody reads: two seconds later everybody must be right.
    func quiet() throws {
        for viewer in viewers {
            viewer.isReading = true
            try viewer.read()
            if !viewer.isConnected { try connect(viewer, to: instances[0], withCursor: true) }
        }
        for instance in instances { instance.connect() }
        for _ in 0..<40 {
            for instance in instances { instance.settle() }
            advance(.milliseconds(50))
        }
        for viewer in viewers {
            try viewer.read()
            viewer.check(against: board, rows: options.scoreboardRows)
            let faults = viewer.takeFaults()
            #expect(faults.isEmpty, "seed \(seed), \(viewer.view), \(options.window), after \(history)")
            #expect(viewer.mostUnsent <= options.backlogBytes)
        }
        history = []
    }

    func stop() throws {
        for viewer in viewers { try viewer.disconnect() }
        for instance in instances { instance.stop() }
    }
}
