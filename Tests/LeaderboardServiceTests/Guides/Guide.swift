import Foundation
import LeaderboardPage
import Testing

/// A guide as somebody follows it: files to be written, and commands to be given.
struct Guide: Sendable, CustomTestStringConvertible {
    struct Block: Sendable {
        let language: String
        let text: String

        /// The file that it is, as its first line says: `// token.mjs`.
        var file: String? {
            text.firstMatch(of: /^(?:\/\/|#) (\S+\.(?:mjs|py))\n/).map { String($0.1) }
        }

        /// What its commands print, as far as it says so: the lines of JSON behind a hash.
        var printed: [String] {
            text.matches(of: /^# ([\[{].*|true)$/.anchorsMatchLineEndings()).map { String($0.1) }
        }
    }

    let name: String
    let blocks: [Block]
    var testDescription: String { name }

    init(_ file: EmbeddedFile) {
        self.init(name: file.name, text: String(decoding: file.bytes, as: UTF8.self))
    }

    init(name: String, text: String) {
        self.name = name
        let parts = text.components(separatedBy: "\n```")
        // Each second part is a block.
        blocks = parts.enumerated().filter { $0.offset % 2 == 1 }.map { _, part in
            let end = part.firstIndex(of: "\n") ?? part.endIndex
            return Block(language: String(part[..<end]), text: String(part[end...].dropFirst()) + "\n")
        }
    }
}
