/// A change, for who has to see each of them.
struct GatheredChange: Sendable {
    let change: PlacedChange
    /// Redis' time in milliseconds since 1970.
    let time: Int?
}

/// A change that has its place in the stream: its own seq, or for another service's change the position it met.
struct PlacedChange: Sendable, Equatable {
    var user: String
    var score: Int
    var increase: Int
    var seq: Int
    /// False for another service's change, which shares the seq of the change before it.
    var hasOwnSeq: Bool
}
