import NIOSSL
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Of TLS 1.2 the server speaks")
struct CipherTests {
    @Test(
        "ECDHE with authenticated encryption, and nothing else, whatever its certificate is",
        arguments: [
            ("ECDHE-%@-AES128-GCM-SHA256", true), ("ECDHE-%@-AES256-GCM-SHA384", true),
            ("ECDHE-%@-CHACHA20-POLY1305", true), ("ECDHE-%@-AES128-SHA", false), ("ECDHE-%@-AES256-SHA", false),
            ("AES128-GCM-SHA256", false), ("AES256-GCM-SHA384", false), ("AES128-SHA", false), ("AES256-SHA", false),
            ("ECDHE-%@-AES128-SHA256", false), ("DHE-%@-AES128-GCM-SHA256", false),
        ],
        [TestCertificate.Key.ec, .rsa]
    )
    func ciphers(cipher: (name: String, isSpoken: Bool), key: TestCertificate.Key) async throws {
        let own = try await TestCertificate(key)
        let name = cipher.name.replacing("%@", with: key == .ec ? "ECDSA" : "RSA")
        try await withServer(.secure(own)) { server in
            let output = try await Launcher.shared.output(
                "openssl",
                [
                    "s_client", "-connect", "127.0.0.1:\(server.port)", "-tls1_2", "-cipher", "\(name):@SECLEVEL=0",
                    "-CAfile",
                    own.certificate,
                ]
            )
            #expect(output.contains("Cipher is \(name)") == cipher.isSpoken, "\(output)")
        }
    }
}
