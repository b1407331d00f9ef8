import Logging

import Glibc

/// A file with a secret in it that every user of this machine may read, or change.
package struct ExposedFile: Sendable, Equatable {
    /// The variable that names it; empty: it is the file of settings.
    let name: String
    let path: String
    let isWritable: Bool

    /// Where docker and Kubernetes put secrets, for anybody in a container, in which there is nobody else.
    private static let ofContainers = ["/run/secrets/", "/var/run/secrets/"]

    /// Nil: only its owner and its group may. By its own mode, as ssh judges keys; a link is what it leads to.
    init?(_ path: String, of name: String) {
        var status = stat()
        // SAFETY: the call fills the local variable that it is given.
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o006 != 0 else {
            return nil
        }
        isWritable = status.st_mode & 0o002 != 0
        guard isWritable || !Self.ofContainers.contains(where: path.hasPrefix) else { return nil }
        (self.name, self.path) = (name, path)
    }

    /// `JWT_SECRET_FILE (/etc/leaderboard/secret)`, `.env`
    private var subject: String { name.isEmpty ? path : "\(name) (\(path))" }

    var finding: Finding {
        isWritable
            ? .bad(
                "configuration",
                "\(subject) holds a secret and may be changed by every user",
                do: "chmod 600 \(path)"
            )
            : .advice(
                "configuration",
                "\(subject) holds a secret and may be read by every user",
                do: "chmod 600 \(path)"
            )
    }

    func log(_ logger: Logger) {
        var metadata: Logger.Metadata = ["path": "\(path)"]
        if !name.isEmpty { metadata["name"] = "\(name)" }
        logger.warning(
            isWritable
                ? "a file with a secret may be changed by every user"
                : "a file with a secret may be read by every user",
            metadata: metadata
        )
    }
}

extension Settings {
    /// Of all that the service and the commands read.
    var exposedFiles: [ExposedFile] {
        let reader = SettingsReader(self)
        ServiceConfiguration.readAll(reader)
        return reader.exposedFiles
    }
}
