import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL
import SystemPackage

/// Why a service could not be asked, in words.
func reason(of error: any Error) -> String {
    switch error {
    case let error as NoAnswer: "\(error)"
    case let error as LiveClient.Failure: "\(error)"
    case let error as IOError where error.errnoCode == ECONNREFUSED: "nothing listens there"
    case let error as IOError: "\(Errno(rawValue: error.errnoCode))"
    case let error as NIOConnectionError: reason(of: error)
    case ChannelError.connectTimeout: "it does not answer in time"
    case is ChannelError: "the connection ended"
    case let error as HTTPClientError:
        [.connectTimeout, .deadlineExceeded, .readTimeout].contains(error)
            ? "it does not answer in time" : "the connection failed (\(error.shortDescription))"
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
        "it shows no certificate that is trusted here, or no TLS"
    case let error as CommandFailure: error.description
    default: "the connection failed"
    }
}

/// Of the addresses of a name, one that says more than that nobody listens tells why; else the first.
private func reason(of error: NIOConnectionError) -> String {
    let failures = error.connectionErrors.map(\.error)
    let telling = failures.first { ($0 as? IOError)?.errnoCode != ECONNREFUSED }
    return (telling ?? failures.first).map(reason) ?? "no address of \(error.host) is known"
}
