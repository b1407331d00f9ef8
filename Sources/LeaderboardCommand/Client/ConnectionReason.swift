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
    case let error as IOError where error.errnoCode != ECONNREFUSED: "\(Errno(rawValue: error.errnoCode))"
    case let error as NIOConnectionError where error.connectionErrors.isEmpty: "no address of \(error.host) is known"
    case is NIOConnectionError: "nothing listens there"
    // Where TLS has settings of its own, the client shows the address' own error.
    case let error as IOError where error.errnoCode == ECONNREFUSED: "nothing listens there"
    case is ChannelError: "it does not answer in time"
    case let error as HTTPClientError:
        [.connectTimeout, .deadlineExceeded, .readTimeout].contains(error)
            ? "it does not answer in time" : "the connection failed (\(error.shortDescription))"
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
        "it shows no certificate that is trusted here, or no TLS"
    case let error as CommandFailure: error.description
    default: "the connection failed"
    }
}
