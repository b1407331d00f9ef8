extension Array where Element: Sendable {
    /// What came of one element, and its place. A struct: results of task groups that were tuples ended the release build.
    private struct Part<Value: Sendable>: Sendable {
        let place: Int
        let value: Value
    }

    /// What the call makes of each element, in their order; all calls go at once.
    package func mapAllAtOnce<Value: Sendable>(
        _ call: @escaping @Sendable (Element) async -> Value
    ) async -> [Value] {
        await withTaskGroup(of: Part<Value>.self, returning: [Value].self) { group in
            for (place, element) in enumerated() {
                group.addTask { Part(place: place, value: await call(element)) }
            }
            var parts: [Part<Value>] = []
            for await part in group { parts.append(part) }
            return parts.sorted { $0.place < $1.place }.map(\.value)
        }
    }
}
