import Crypto
import FoundationEssentials
import NIOSSL
import TLSPolicy

/// The contents of the two files at one time.
struct CertificatePair {
    private let certificate: [UInt8]
    private let privateKey: [UInt8]

    init(_ files: TLSFiles) throws(TLSFilesError) {
        certificate = try Self.read(files.certificate, .certificate)
        privateKey = try Self.read(files.privateKey, .privateKey)
    }

    private static func read(_ path: String, _ file: TLSFilesError.File) throws(TLSFilesError) -> [UInt8] {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw TLSFilesError(file: file, reason: "the file cannot be read")
        }
        return Array(data)
    }

    var digest: SHA256.Digest {
        var hash = SHA256()
        hash.update(data: certificate)
        hash.update(data: privateKey)
        return hash.finalize()
    }

    /// HTTP/1.1 and nothing else.
    func context() throws(TLSFilesError) -> NIOSSLContext {
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(certificate), !chain.isEmpty else {
            throw TLSFilesError(file: .certificate, reason: "the file holds no certificate in PEM")
        }
        guard let key = try? NIOSSLPrivateKey(bytes: privateKey, format: .pem) else {
            throw TLSFilesError(
                file: .privateKey,
                reason: "the file holds no private key in PEM, or one with a passphrase"
            )
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.keepToStrongCiphers()
        configuration.applicationProtocols = ApplicationProtocolHandler.spoken
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSFilesError(file: .privateKey, reason: "the key is not that of the certificate")
        }
    }
}
