/// A map with a bound, which forgets what was not asked for for longest, about: it is kept in two halves. What is new, or
/// was found, goes into the newer; when that is full it becomes the older one, and what the older still held is forgotten.
/// So every call is one or two look-ups, however many strangers pass through.
struct RecentEntries<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let half: Int
    private var newer: [Key: Value] = [:]
    private var older: [Key: Value] = [:]

    /// - Parameter maximum: of entries; 0 keeps none.
    init(maximum: Int) {
        half = (maximum + 1) / 2
    }

    var count: Int { newer.count + older.count }

    mutating func value(for key: Key) -> Value? {
        if let value = newer[key] { return value }
        guard let value = older.removeValue(forKey: key) else { return nil }
        insert(value, for: key)
        return value
    }

    mutating func insert(_ value: Value, for key: Key) {
        guard half > 0 else { return }
        older[key] = nil
        if newer.count >= half, newer[key] == nil {
            older = newer
            newer = [:]
        }
        newer[key] = value
    }
}
