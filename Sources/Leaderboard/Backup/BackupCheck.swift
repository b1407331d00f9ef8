package import NIOCore

/// Gives the lines of a backup, without their line feeds, from the first to the last; each time it is called.
package typealias BackupLines = (_ each: (ByteBuffer) async throws -> Void) async throws -> Void

/// Holds the lines of a backup, as they come, against their seal.
struct BackupCheck {
    private var hash = BackupHash()
    private var format: Int?
    private var seal: BackupSeal?
    private var isInSeasons = false
    private var hasSeason = false

    mutating func take(_ line: BackupLine) throws(InvalidBackup) {
        guard seal == nil else { throw InvalidBackup(description: "there are lines behind its seal") }
        switch line {
        case .header(_, let format):
            guard self.format == nil else { throw InvalidBackup(description: "it has two headers") }
            self.format = format
        case .seal(let seal):
            guard hash.sealed(seq: seal.seq, chain: seal.chain) == seal else {
                throw InvalidBackup(description: "its lines are not those that were sealed")
            }
            self.seal = seal
        case .definition:
            guard let format, format >= BackupLine.definedFormat, hash.lines == 0 else {
                throw InvalidBackup(description: "its definition is not where it must be")
            }
            _ = hash.add(line)
        case .audit, .score, .withheld, .suspended, .segments, .profile, .frozen, .onHold:
            guard let format else { throw InvalidBackup(description: "it does not begin with a header") }
            guard format >= line.earliestFormat else {
                throw InvalidBackup(description: "its segments, profiles or holds are not where they must be")
            }
            guard !isInSeasons else {
                throw InvalidBackup(description: "there are lines of the board behind its seasons")
            }
            _ = hash.add(line)
        case .seasons, .ended, .season:
            guard let format, format >= BackupLine.seasonalFormat else {
                throw InvalidBackup(description: "its seasons are not where they must be")
            }
            isInSeasons = true
            if case .season = line { hasSeason = true }
            _ = hash.add(line)
        case .inSeason, .withheldInSeason:
            guard hasSeason else { throw InvalidBackup(description: "its scores are of no season") }
            _ = hash.add(line)
        }
    }

    func end() throws(InvalidBackup) -> BackupSeal {
        guard let seal else { throw InvalidBackup(description: "it has no seal: it was cut off") }
        return seal
    }

    /// The seal of lines that are whole.
    static func check(_ lines: BackupLines) async throws -> BackupSeal {
        var check = BackupCheck()
        try await lines { try check.take(BackupLine($0)) }
        return try check.end()
    }
}

extension BackupLine {
    /// Of a line of the board: since when there are such.
    fileprivate var earliestFormat: Int {
        switch self {
        case .segments, .profile, .frozen: Self.seasonalFormat
        case .onHold: Self.holdingFormat
        default: Self.plainFormat
        }
    }
}
