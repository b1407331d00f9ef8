/// How many rows the boards with viewers of their own places hold, all together. Owned by the streams' loop.
final class OwnRows {
    private let maximum: Int
    private(set) var held = 0

    init(maximum: Int) { self.maximum = maximum }

    var left: Int { max(0, maximum - held) }

    func change(by rows: Int) { held += rows }
}
