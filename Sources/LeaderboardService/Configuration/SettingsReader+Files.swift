import NIOSSL

extension SettingsReader {
    /// The path of a PEM file with certificates; nil when unset. One that is not there, or has none, is a mistake that would
    /// otherwise show with the first connection.
    func certificates(_ name: String) -> String? {
        guard let path = text(name) else { return nil }
        do {
            let bytes = try SmallFile.bytes(of: path, maximum: 4_194_304)
            let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes)
            if certificates?.isEmpty ?? true { refuse(name, "the file holds no certificate in PEM") }
        } catch {
            refuse(name, "the file \(error)")
        }
        return path
    }
}
