import Foundation

/// A certificate of `localhost` that only a test trusts, and its key; both files go away with it.
package final class TestCertificate: Sendable {
    package let certificate: String
    package let key: String
    private let folder: URL

    package enum Key: String, Sendable {
        case ec, rsa
    }

    package init(_ kind: Key = .ec) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "lb-tls-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        (certificate, key) = (folder.appending(path: "cert.pem").path, folder.appending(path: "key.pem").path)
        _ = try await Launcher.shared.output(
            "openssl",
            [
                "req", "-x509", "-newkey", kind.rawValue, "-pkeyopt",
                kind == .ec ? "ec_paramgen_curve:prime256v1" : "rsa_keygen_bits:2048", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out",
                certificate,
            ]
        )
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }
}
