import FoundationEssentials

/// The `.env` file as the ``Doctor`` sees it: names that nobody reads, and who may read its secrets.
struct EnvironmentFile {
    let path: String

    /// - Parameter known: every variable that the service reads.
    func findings(known: Set<String>) -> [Finding] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        let strangers = Self.names(in: text).filter { !known.contains($0) }.map { name in
            Finding.advice(
                "configuration",
                "\(name) in \(path) is no variable of the service and has no effect",
                do: "see .env.example for the right name, or take it out"
            )
        }
        let open = Finding.advice("configuration", "\(path) may be read by other users", do: "chmod 600 \(path)")
        return strangers + (isOpen ? [open] : [])
    }

    /// The names that have a value, in their order.
    private static func names(in text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            guard let equals = line.firstIndex(of: "="), line[equals...].count > 1 else { return nil }
            let name = line[..<equals].filter { $0 != " " }
            let isName = !name.isEmpty && name.allSatisfy { $0.isUppercase || $0.isNumber || $0 == "_" }
            return isName ? name : nil
        }
    }

    private var isOpen: Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.posixPermissions] as? Int).map { $0 & 0o077 != 0 } ?? false
    }
}
