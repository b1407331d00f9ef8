import ArgumentParser

/// In which form rows are written or read.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
    case csv, ndjson

    /// By a file's name. Nil: that does not tell.
    init?(file: String) {
        let name = file.lowercased()
        if name.hasSuffix(".csv") {
            self = .csv
        } else if name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl") {
            self = .ndjson
        } else {
            return nil
        }
    }
}
