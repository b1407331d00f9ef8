import Text
import Board
package import NIOCore

extension BoardDefinition {
    /// What Redis has of it: every rule by name, in one order, without the name of the board (a template's text becomes that of each
    /// board that it makes).
    package var stored: ByteBuffer {
        var text = ByteBuffer(string: "{")
        writeRules(into: &text)
        text.writeString(
            windows.json + segments.json + PlausibilityRule.member(of: rules) + HeldTerm.member(of: heldTerm)
                + intakeJSON + frozenJSON
        )
        text.writeString(#""visibility":"\#(visibility.rawValue)","version":"\#(version)"}"#)
        return text
    }

    /// What is shown of it, with the places that the contract has for what is not there yet.
    /// - Parameter toAll: without the rules of plausibility: who knows their numbers stays below them.
    package func shown(as name: DefinitionName, toAll: Bool = false) -> ByteBuffer {
        var text = ByteBuffer(string: #"{"name":"\#(name)","#)
        writeRules(into: &text)
        text.writeString(
            windows.shownJSON + segments.json
                + (toAll ? "" : PlausibilityRule.member(of: rules) + HeldTerm.member(of: heldTerm)) + intakeJSON
                + frozenJSON
                + #""parts":1,"visibility":"\#(visibility.rawValue)","version":"\#(version)"}"#
        )
        return text
    }

    private var intakeJSON: String { hasIntake ? #""intake":true,"# : "" }
    private var frozenJSON: String { frozenSince.map { #""frozen":\#($0),"# } ?? "" }

    private func writeRules(into text: inout ByteBuffer) {
        let names = Operator.allCases.filter(operators.contains).map { "\"\($0.rawValue)\"" }
        text.writeStaticString(#""title":"#)
        text.writeJSON(title)
        // Neither has anything in it that JSON would spell otherwise.
        text.writeString(
            (accent.map { #","accent":"\#($0.text)""# } ?? "") + (logo.map { #","logo":"\#($0.text)""# } ?? "")
        )
        text.writeString(
            #","order":"\#(order.rawValue)","ties":"\#(ties.rawValue)","operator":"\#(usualOperator.rawValue)","#
                + #""operators":[\#(names.joined(separator: ","))],"min":\#(scores.lowerBound),"max":\#(scores.upperBound),"#
                + #""at_bound":"\#(atBound.rawValue)","increase_max":\#(maximumIncrease),"#
                + #""rate_limit":\#(rateLimit.json),"#
                + (serviceRateLimit.map { #""service_rate_limit":\#($0.json),"# } ?? "")
        )
    }

    /// The version of what takes its place: the next whole number (`Functions/define.lua`).
    var nextVersion: String {
        let number = Int(version).flatMap { ScoreRange.contains($0) && String($0) == version ? $0 : nil }
        return String((number ?? 0) + 1)
    }
}

extension RateLimit {
    fileprivate var json: String { #"{"updates":\#(updates),"interval_seconds":\#(wholeSeconds)}"# }

    /// The interval, as far as a definition can say it: rounded up.
    var wholeSeconds: Int {
        let (seconds, rest) = interval.components
        return Int(clamping: seconds) + (rest > 0 ? 1 : 0)
    }
}
