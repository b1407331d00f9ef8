import Leaderboard
import Testing

@Suite("A link of the audit's chain")
struct AuditLinkTests {
    @Test(
        "is read as it was written, whatever another writer's hash is",
        arguments: ["0", "", "a\r", "\r", "é\u{301}", "\u{200D}"]
    )
    func roundTrip(hash: String) {
        let link = AuditChain.Link(hash: hash, id: .zero)
        #expect(AuditChain.Link(link.text) == link)
    }

    @Test("is none without its two parts", arguments: ["", "a", "a\n", "a\nb", "a\n1-0\n", "a\r\n1-0\r\n", "\n\n1-0"])
    func refused(text: String) {
        #expect(AuditChain.Link(text) == nil)
    }
}
