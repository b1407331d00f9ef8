/// The keys of what waits for webhooks (`Functions/webhooks.lua`), beside all boards, in one slot of a cluster.
struct WebhookKeys: Sendable {
    let lease: String
    let marks: String
    private let prefix: String

    init(in space: KeySpace) {
        // No board can have this name.
        prefix = space.begin(of: "@webhooks")
        lease = prefix + "lease"
        marks = prefix + "marks"
    }

    /// - Parameter endpoint: its name here: letters and digits.
    func waiting(_ endpoint: String) -> String { prefix + "waiting:" + endpoint }
    func messages(_ endpoint: String) -> String { prefix + "messages:" + endpoint }
}
