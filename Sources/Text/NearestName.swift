extension Collection<String> {
    /// The one that may be meant by a name which is none of them: with the same letters in another case, or few letters off: one in
    /// a short name, two in one of eight letters or more. Nil: none is near.
    package func nearest(to name: String) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let name = Array(name.lowercased().utf8)
        let near = compactMap { candidate -> (name: String, distance: Int)? in
            let distance = editDistance(name, Array(candidate.lowercased().utf8))
            return distance <= (candidate.utf8.count < 8 ? 1 : 2) ? (candidate, distance) : nil
        }
        return near.min { $0.distance < $1.distance }?.name
    }
}

/// How many letters must be put in, left out, changed, or swapped with their neighbours to make one of the other (optimal string
/// alignment).
package func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
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
