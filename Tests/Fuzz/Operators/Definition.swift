import Text
import NIOCore

@testable import Leaderboard

extension FuzzTarget {
    static let definition = FuzzTarget(
        "definition",
        "definitions of boards, of operators and in Redis",
        dictionary: "json",
        maximumBytes: 1024
    ) { input in
        if let definition = try? BoardDefinition(stored: input.bytes) { isKept(definition) }
        guard let object = try? JSONValue(json: input.bytes, maximumBytes: 4096).object else { return }
        do throws(InvalidDefinition) {
            isKept(try BoardDefinition(json: object, named: .board(.main)))
        } catch {
            promise(!error.faults.isEmpty, "what is refused has a reason")
            let words = error.description.utf8
            promise(!words.contains(UInt8(ascii: "\"")) && !words.contains(UInt8(ascii: "\\")), "it needs no escaping")
        }
    }

    private static func isKept(_ definition: BoardDefinition) {
        let text = Array(definition.stored.readableBytesView)
        promise(text.count <= BoardDefinition.maximumBytes, "a definition has its length")
        promise((try? BoardDefinition(stored: text)) == definition, "what is stored comes back")
    }
}
