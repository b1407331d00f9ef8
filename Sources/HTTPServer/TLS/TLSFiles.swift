/// Where the server's certificate chain and its private key are, both as PEM.
package struct TLSFiles: Sendable {
    package let certificate: String
    package let privateKey: String

    package init(certificate: String, privateKey: String) {
        self.certificate = certificate
        self.privateKey = privateKey
    }
}
