import NIOSSL
import TestSupport

extension TLSConfiguration {
    /// Reads the file now: later it may be another.
    static func trusting(_ own: TestCertificate) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates((try? NIOSSLCertificate.fromPEMFile(own.certificate)) ?? [])
        return configuration
    }
}
