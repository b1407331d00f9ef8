import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import SystemPackage

/// Why another program could not be asked over the network, in words: NIO's and the HTTP client's own texts name types,
/// descriptors and source lines.
package func connectionReason(of error: any Error) -> String {
    switch error {
    case let error as IOError where error.errnoCode == ECONNREFUSED: "nothing listens there"
    case let error as IOError: "\(Errno(rawValue: error.errnoCode))"
    case let error as NIOConnectionError: connectionReason(of: error)
    case ChannelError.connectTimeout: "it does not answer in time"
    case is ChannelError: "the connection ended"
    case let error as HTTPClientError:
        [.connectTimeout, .deadlineExceeded, .readTimeout].contains(error)
            ? "it does not answer in time" : "the connection failed (\(error.shortDescription))"
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
        "it shows no certificate that is trusted here, or no TLS"
    default: "the connection failed"
    }
}

/// Of the addresses of a name, one that says more than that nobody listens tells why; else the first.
private func connectionReason(of error: NIOConnectionError) -> String {
    let failures = error.connectionErrors.map(\.error)
    let telling = failures.first { ($0 as? IOError)?.errnoCode != ECONNREFUSED }
    return (telling ?? failures.first).map(connectionReason) ?? "no address of \(error.host) is known"
}
