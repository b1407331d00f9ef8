/// Makes hostile texts out of good ones, the same in every run: structure-aware fuzzing without a fuzzer's tools. Most of
/// a good text stays, so that its parser is met far inside and not only at the door.
package struct Mutator {
    private let corpus: [[UInt8]]
    /// Pieces of the format that mean something: brackets, limits, separators.
    private let words: [[UInt8]]
    package var random: SeededGenerator

    package init(seed: UInt64, corpus: [String], words: [String]) {
        random = SeededGenerator(seed: seed)
        self.corpus = corpus.map { Array($0.utf8) }
        self.words = words.map { Array($0.utf8) }
    }

    /// One of the corpus, changed in up to four places.
    package mutating func next() -> [UInt8] {
        var bytes = pick(corpus)
        for _ in 0..<Int.random(in: 0...4, using: &random) { change(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 0...8, using: &random))
        switch Int.random(in: 0..<7, using: &random) {
        case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1 where place < bytes.count: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 2: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
        case 3: bytes.removeSubrange(place..<end)
        case 4: bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
        case 5:
            let other = pick(corpus)
            bytes = Array(bytes[..<place] + other[Int.random(in: 0...other.count, using: &random)...])
        default: bytes.replaceSubrange(place..<end, with: pick(words))
        }
    }

    private mutating func pick(_ texts: [[UInt8]]) -> [UInt8] {
        texts.randomElement(using: &random) ?? []
    }
}
