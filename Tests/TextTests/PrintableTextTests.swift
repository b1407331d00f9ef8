import Text
import Testing

@Suite("Somebody else's text")
struct PrintableTextTests {
    @Test(
        "is shown on a terminal without what the terminal would obey",
        arguments: [
            ("bot, 50%: ünïcode 🎲", "bot, 50%: ünïcode 🎲"),
            ("a\u{1B}[2Jb\n", #"a\u{1B}[2Jb\u{A}"#),
            ("\u{9B}31m", #"\u{9B}31m"#),
            ("\u{202E}tob", #"\u{202E}tob"#),
            ("\u{2028}\u{7F}\u{E000}\u{E0041}", #"\u{2028}\u{7F}\u{E000}\u{E0041}"#),
            (#"\u{9B}"#, #"\\u{9B}"#),
        ]
    )
    func printable(text: String, shown: String) {
        #expect(text.printable == shown)
    }

    @Test("stays the same in JSON")
    func json() {
        #expect(
            "{\"reason\":\"\u{9B}31m\u{E0041}é\"}\n".printableJSON == "{\"reason\":\"\\u009b31m\\udb40\\udc41é\"}\n"
        )
    }
}
