package import Text
import Board

/// All that is wrong with a definition.
package struct InvalidDefinition: Error, Sendable, Equatable, CustomStringConvertible {
    /// Each names the member, and what is allowed. At least one.
    package let faults: [String]

    private static let shown = 32

    package var description: String {
        let list = faults.prefix(Self.shown).joined(separator: "; ")
        if faults.count > Self.shown { return "\(list); and \(faults.count - Self.shown) more." }
        return list.hasSuffix("?") ? list : list + "."
    }
}

extension BoardDefinition {
    /// Of its JSON in Redis.
    package static let maximumBytes = 4096
    package static let maximumTitleCharacters = 128

    package static let members =
        [
            "name", "title", "accent", "logo", "order", "ties", "operator", "operators", "min", "max", "at_bound",
            "increase_max",
            "rate_limit", "service_rate_limit",
        ]
        + BoardWindows.members + BoardSegments.members + [
            "rules", "held", "intake", "frozen", "parts", "visibility", "version",
        ]

    /// What an operator asks for, for ``version`` to be given.
    /// - Parameter name: of which it is to be; a `name` in it is this one. A `version` in it is that of where it was read.
    package init(json object: JSONObject, named name: DefinitionName) throws(InvalidDefinition) {
        var reader = DefinitionReader(object)
        self.init(&reader)
        reader.refuseOthers(than: Self.members)
        if let given = object["name"], given.string != "\(name)" {
            reader.refuse("name must be \(name), as in the path, or left out")
        }
        if let given = object["version"], given.string.map(Self.isVersion) != true {
            reader.refuse("version must be \(Self.versionRule), or left out: each change counts it up")
        }
        guard reader.faults.isEmpty else { throw InvalidDefinition(faults: reader.faults) }
        // As `version`, it is that of where it was read.
        frozenSince = nil
    }

    /// As `Functions/definition.lua` takes it: further members are somebody else's.
    package init(stored text: [UInt8]) throws(InvalidDefinition) {
        guard let object = try? JSONValue(json: text, maximumBytes: Self.maximumBytes).object else {
            throw InvalidDefinition(faults: ["it must be a JSON object of at most \(Self.maximumBytes) bytes"])
        }
        try self.init(stored: object)
    }

    /// The same, as a part of a larger text.
    init(stored object: JSONObject) throws(InvalidDefinition) {
        var reader = DefinitionReader(object)
        self.init(&reader)
        guard let version = object["version"]?.string, Self.isVersion(version) else {
            throw InvalidDefinition(faults: reader.faults + ["version must be \(Self.versionRule)"])
        }
        guard reader.faults.isEmpty else { throw InvalidDefinition(faults: reader.faults) }
        self.version = version
    }

    private init(_ reader: inout DefinitionReader) {
        self.init()
        title = reader.text(
            "title",
            "a string of at most \(Self.maximumTitleCharacters) characters, none of them hidden"
        ) {
            Self.isTitle($0)
        }
        accent = reader.value("accent", AccentColour.rule, AccentColour.init)
        logo = reader.value("logo", PictureURL.rule, PictureURL.init)
        order = reader.word("order", default: order)
        ties = reader.word("ties", default: ties)
        usualOperator = reader.word("operator", default: usualOperator)
        operators = reader.words("operators", default: [usualOperator])
        if !operators.contains(usualOperator) {
            reader.refuse("operators must have \(usualOperator.rawValue) in it, the operator of updates that name none")
        }
        let (least, greatest) = (
            reader.number("min", in: Self.everyScore, default: Self.everyScore.lowerBound),
            reader.number("max", in: Self.everyScore, default: Self.everyScore.upperBound)
        )
        if least <= greatest { scores = least...greatest } else { reader.refuse("min must not be greater than max") }
        atBound = reader.word("at_bound", default: atBound)
        maximumIncrease = reader.number("increase_max", in: 0...ScoreRange.limit, default: maximumIncrease)
        let limit = reader.numbers(
            "rate_limit",
            [
                ("updates", RateLimit.allowedUpdates, rateLimit.updates),
                ("interval_seconds", RateLimit.allowedSeconds, rateLimit.wholeSeconds),
            ]
        )
        if let updates = limit.first, let seconds = limit.last {
            rateLimit = RateLimit(updates: updates, interval: .seconds(seconds))
        }
        if reader.value("service_rate_limit") != nil {
            let usual = RateLimit.usualOfServices
            let limit = reader.numbers(
                "service_rate_limit",
                [
                    ("updates", RateLimit.allowedUpdates, usual.updates),
                    ("interval_seconds", RateLimit.allowedSeconds, usual.wholeSeconds),
                ]
            )
            if let updates = limit.first, let seconds = limit.last {
                serviceRateLimit = RateLimit(updates: updates, interval: .seconds(seconds))
            }
        }
        visibility = reader.word("visibility", default: visibility)
        windows = BoardWindows(&reader)
        segments = BoardSegments(&reader)
        hasIntake = reader.flag("intake")
        rules = PlausibilityRule.list(&reader)
        heldTerm = HeldTerm(&reader)
        if reader.value("frozen") != nil {
            frozenSince = reader.number("frozen", in: 0...ScoreRange.limit, default: 0)
        }
        reader.expect("parts", "1") { $0.integer == 1 }
    }

    private static let everyScore = -ScoreRange.limit...ScoreRange.limit

    private static let versionRule = "a string of 1 to 32 characters of A-Z a-z 0-9 _ - ."

    private static func isVersion(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { BoardID.allows($0) || $0.isCapitalLetter }
    }

    private static func isTitle(_ text: String) -> Bool {
        text.unicodeScalars.count <= maximumTitleCharacters
            && !text.unicodeScalars.contains(where: \.isHidden)
    }
}
