/// Where the server's certificate chain and its private key are, both as PEM.
package struct TLSFiles: Sendable {
    package let certificate: String
    package let privateKey: String

    package init(certificate: String, privateKey: String) {
        self.certificate = certificate
        self.privateKey = privateKey
    }

    /// Reads both. Returns if a server can start with them as they are now.
    package func check() throws(TLSFilesError) {
        _ = try CertificatePair(self).context()
    }
}

/// Why the files are of no use: constant words for a person, nothing of what is in them.
package struct TLSFilesError: Error, Equatable, CustomStringConvertible {
    package enum File: String, Sendable {
        case certificate
        case privateKey = "private key"
    }

    package let file: File
    package let reason: String

    package var description: String { "\(file.rawValue): \(reason)" }
}
