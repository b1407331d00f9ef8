import Text

extension PlainObjectScanner.Name {
    static let userID = Self("user_id")
    static let score = Self("score")
    static let scoreIncrease = Self("score_increase")
    static let windows = Self("windows")
    static let seq = Self("seq")
    static let epoch = Self("epoch")
    static let time = Self("time")
    static let from = Self("from")
    static let updates = Self("updates")
}
