import Foundation
import Testing

@testable import LeaderboardService

@Suite("A .env file")
struct EnvironmentFileTests {
    private func parsed(_ text: String) -> EnvironmentFile {
        EnvironmentFile(path: ".env", bytes: Array(text.utf8))
    }

    @Test(
        "is read as docker, systemd and shells read it",
        arguments: [
            ("A=b", "b"), ("A=b\n", "b"), ("A=b\r\n", "b"), ("\u{FEFF}A=b", "b"), ("\u{FEFF}# x\r\nA=b\r\n", "b"),
            ("  A=b  ", "b"), ("\tA=b\t", "b"), ("A= \t", ""), ("A=\r\n", ""), ("A='b' \t\r\n", "b"),
            ("A='b'", "b"), ("A=\"b\"", "b"), ("A=\"b\"\r\n", "b"), ("A='b c'", "b c"), ("A=\" b \"", " b "),
            ("A=\"it's\"", "it's"), ("A='say \"b\"'", "say \"b\""), ("A='$b`c`'", "$b`c`"), ("A='b # c'", "b # c"),
            ("A=\"b;c&d\"", "b;c&d"), ("A='~/b'", "~/b"), ("A=b=c==", "b=c=="), ("A=b#c", "b#c"), ("A=*", "*"),
            ("A=redis://u:p@h:1/0?x=y", "redis://u:p@h:1/0?x=y"), ("A=", ""), ("A=''", ""), ("A=\"\"", ""),
            ("A=é", "é"), ("# A=c\n#\n \t\n\n\r\n  # c\nA=b", "b"), ("A=b\nA=b", "b"), ("A=b\n A='b'", "b"),
        ]
    )
    func accepted(text: String, value: String) {
        let file = parsed(text)
        #expect(file.faults == [])
        #expect(file.entries["A"]?.value == value)
        #expect(file.entries.count == 1)
    }

    private static let doubtful: [(text: String, line: Int, reason: String)] = [
        ("A=SECRET # c", 1, "has a # behind it"), ("A=SECRET\t#c", 1, "has a # behind it"),
        ("A=#SECRET", 1, "has a # behind it"), ("A= # SECRET", 1, "blank beside its ="),
        ("A=SE\\CRET", 1, "backslash"), ("A='SE\\CRET'", 1, "backslash"), ("A=\"SECRET\\\"", 1, "backslash"),
        ("A=$SECRET", 1, "single quotes"), ("A=\"${SECRET}\"", 1, "single quotes"), ("A=`SECRET`", 1, "single quotes"),
        ("A=\"`SECRET`\"", 1, "single quotes"), ("A='SECRET", 1, "quote that does not end"),
        ("A=\"SECRET", 1, "quote that does not end"), ("A=\"SECRET'", 1, "quote that does not end"),
        ("A=\"SECRET\" # c", 1, "behind its closing quote"), ("A='SECRET''b'", 1, "behind its closing quote"),
        ("A=SE'CRET'", 1, "quote in it"), ("A=SECRET\"", 1, "quote in it"), ("A=SECRET b", 1, "blank in it"),
        ("A=SECRET;b", 1, "shell"), ("A=SECRET&b", 1, "shell"), ("A=SECRET|b", 1, "shell"), ("A=<SECRET>", 1, "shell"),
        ("A=(SECRET)", 1, "shell"), ("A=~/SECRET", 1, "shell"), ("A=b:~/SECRET", 1, "shell"),
        ("A=SEC\u{0}RET", 1, "cannot be seen"), ("A=SEC\u{7}RET", 1, "cannot be seen"),
        ("A='SEC\rRET'", 1, "cannot be seen"), ("A=SEC\u{A0}RET", 1, "cannot be seen"),
        ("A=SEC\u{200B}RET", 1, "cannot be seen"), ("A=SEC\u{202E}RET", 1, "cannot be seen"),
        ("x=1\n\nA B=SECRET", 3, "no name"), ("1A=SECRET", 1, "no name"), ("=SECRET", 1, "no name"),
        ("A-B=SECRET", 1, "no name"), (";A=SECRET", 1, "no name"), ("Ä=SECRET", 1, "no name"),
        ("export=SECRET b", 1, "blank in it"), ("SECRET", 1, "has no ="), ("export SECRET", 1, "has no ="),
        ("export A=SECRET", 1, "begins with export"), ("\texport\tA='SECRET'", 1, "begins with export"),
        ("export A = SECRET", 1, "begins with export"), ("A = SECRET", 1, "blank beside its ="),
        ("A =SECRET", 1, "blank beside its ="), ("A\t=SECRET", 1, "blank beside its ="),
        ("A= SECRET", 1, "blank beside its ="), ("A=\t'SECRET'", 1, "blank beside its ="),
        ("A= 'SECRET # c'", 1, "blank beside its ="), ("A = ", 1, "blank beside its ="),
        ("# A=SECRET \\\nB=c", 1, "backslash at its end"), ("A=b\nB=c\nA=SECRET", 3, "something else on line 1"),
        ("A=SECRET\nA=", 2, "something else on line 1"),
    ]

    @Test("is refused where they differ, by file and line, and never by value", arguments: doubtful)
    func refused(text: String, line: Int, reason: String) {
        let faults = parsed(text).faults
        #expect(faults.count == 1)
        #expect(faults.first?.place == ".env, line \(line)")
        #expect(faults.first?.reason.contains(reason) == true, "\(faults)")
        #expect(!"\(faults)".contains("SECRET") && !"\(faults)".contains("RET"))
    }

    @Test("shows no name that may be half of a secret which was broken in two")
    func brokenSecret() {
        let file = parsed("A='c2VjcmV0\nc2VjcmV0 = x y\nc2VjcmV0==")
        #expect(file.faults.map(\.name) == ["A", ""])
        #expect(Settings(environment: [:], file: file).unknownNames(known: ["PORT"]) == [])
    }

    @Test("tells all of its bad lines, and gives the good ones")
    func several() {
        let file = parsed("PORT=80 80\r\nHOST=::1\r\nrubbish\r\nLOG_LEVEL='x\r\n")
        #expect(file.faults.map(\.place) == [".env, line 1", ".env, line 3", ".env, line 4"])
        #expect(file.faults.map(\.name) == ["PORT", "", "LOG_LEVEL"])
        #expect(file.entries.mapValues(\.value) == ["HOST": "::1"])
    }

    @Test("that is no text, a folder, too large or no file is refused in words; one that is missing is none")
    func unusable() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lb-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        func reason(_ name: String, _ bytes: [UInt8]?) throws -> String? {
            let path = folder.appending(path: name).path
            if let bytes { try Data(bytes).write(to: URL(filePath: path)) }
            let faults = EnvironmentFile.read(path).faults
            #expect(faults.allSatisfy { $0.place == path && $0.name.isEmpty })
            return faults.first.map(\.reason)
        }
        #expect(try reason("missing", nil) == nil)
        #expect(try reason("missing/below", nil) == nil)
        #expect(try reason("empty", []) == nil)
        #expect(try reason("latin1", Array("A=".utf8) + [0xE9]) == "is not UTF-8: save it as that")
        #expect(try reason("utf16", [0xFF, 0xFE, 0x41, 0, 0x3D, 0]) == "is not UTF-8: save it as that")
        let bound = Array("A=".utf8) + Array(repeating: UInt8(ascii: "b"), count: 65_534)
        #expect(try reason("bound", bound) == nil)
        #expect(try reason("large", bound + [UInt8(ascii: "b")]) == "is larger than 65536 bytes")
        #expect(EnvironmentFile.read("/dev/zero").faults.first?.reason == "is larger than 65536 bytes")
        #expect(EnvironmentFile.read("/dev/null").faults == [])
        #expect(EnvironmentFile.read(folder.path).faults.first?.reason == "is a folder, not a file")
        for (link, target, words) in [
            ("dangling", "gone", "is a link to a file that is not there"), ("loop", "loop", "leads back to itself"),
        ] {
            let path = folder.appending(path: link).path
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
            #expect(EnvironmentFile.read(path).faults.first?.reason.contains(words) == true, "\(link)")
        }
        // What it sets is not known: nothing is said to be missing.
        let unreadable = EnvironmentFile.read(folder.appending(path: "latin1").path)
        let error = #expect(throws: InvalidSettings.self) {
            try ServiceConfiguration(Settings(environment: ["GRANTS": "required"], file: unreadable))
        }
        #expect(error?.all == unreadable.faults)
        let pipe = folder.appending(path: "pipe").path
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        #expect(EnvironmentFile.read(pipe).faults.first?.reason == "is no file")
    }

    @Test("comes behind the environment; what is empty there counts as unset, and blanks around a value do not count")
    func precedence() {
        let settings = Settings(
            environment: ["HOST": "a\r\n", "PORT": "", "LOG_LEVEL": " \t"],
            file: parsed("HOST=b\nPORT=1\nLOG_LEVEL=debug\nTHREADS='  3  '")
        )
        #expect(settings.text("HOST") == "a")
        #expect(settings.place(of: "HOST") == nil)
        #expect(settings.text("PORT") == "1")
        #expect(settings.place(of: "PORT") == ".env, line 2")
        #expect(settings.text("LOG_LEVEL") == "debug")
        #expect(settings.text("THREADS") == "3")
        #expect(settings.text("DATA_DIR") == nil)
    }
}
