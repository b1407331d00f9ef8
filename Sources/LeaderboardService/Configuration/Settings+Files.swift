import FoundationEssentials
import NIOSSL

extension Settings {
    /// The path of a PEM file with certificates; nil when unset. One that is not there, or has none, is a mistake that would
    /// otherwise show with the first connection.
    func certificates(_ name: String) throws(InvalidSetting) -> String? {
        guard let path = text(name) else { return nil }
        guard let bytes = try? Data(contentsOf: URL(filePath: path)) else {
            throw InvalidSetting(name: name, reason: "the file cannot be read")
        }
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(Array(bytes)), !certificates.isEmpty else {
            throw InvalidSetting(name: name, reason: "the file holds no certificate in PEM")
        }
        return path
    }
}
