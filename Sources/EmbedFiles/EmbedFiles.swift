import Foundation

/// `embed-files OUTPUT FILE…`: writes Swift that has each text file as bytes, `PackageResources.update_lua` for `update.lua`.
///
/// SwiftPM's own `.embedInCode` writes a literal of an array, an element for each byte: of 130 KB the compiler makes 20 s, of a
/// literal of a string 0.2 s.
@main
struct EmbedFiles {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let output = arguments.first else { throw Failure("embed-files OUTPUT FILE…") }
        var source = "struct PackageResources {\n"
        for path in arguments.dropFirst() {
            let file = URL(filePath: path)
            guard let text = String(bytes: try Data(contentsOf: file), encoding: .utf8) else {
                throw Failure("\(path) is not UTF-8")
            }
            source +=
                "    static let \(identifier(for: file.lastPathComponent)): [UInt8] = Array(\"\(escaped(text))\".utf8)\n"
        }
        try Data((source + "}\n").utf8).write(to: URL(filePath: output))
    }

    private static func identifier(for name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "\\", "\"", ..<" ", "\u{7f}"...: escaped += "\\u{\(String(scalar.value, radix: 16))}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) {
            self.description = description
        }
    }
}
