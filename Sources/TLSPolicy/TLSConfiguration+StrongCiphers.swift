package import NIOSSL

extension TLSConfiguration {
    /// TLS 1.2 or newer; and of TLS 1.2 only what keeps the past secret when a key is lost (ECDHE) and guards what it encrypts
    /// (AES-GCM, ChaCha20-Poly1305), as RFC 9325, sections 3.1.1 and 4.2, wants it. That leaves out the key exchange of RSA,
    /// and CBC. For all that we do by TLS, as server and as client.
    package mutating func keepToStrongCiphers() {
        minimumTLSVersion = .tlsv12
        cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ]
    }
}
