import FoundationEssentials

extension EnvironmentFile {
    /// Who may read it.
    /// - Parameter exposed: files that are told by themselves.
    func findings(beside exposed: [ExposedFile]) -> [Finding] {
        guard !exposed.contains(where: { $0.path == path }) else { return [] }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 != 0 else { return [] }
        return [.advice("configuration", "\(path) may be read by other users", do: "chmod 600 \(path)")]
    }
}

extension UnknownName {
    var finding: Finding {
        .advice(
            "configuration",
            "\(name) in \(place ?? "the environment") is no variable of the service and has no effect",
            do: nearest.map { "\($0) may be meant" } ?? "see .env.example for the right name, or take it out"
        )
    }
}
