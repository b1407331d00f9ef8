import NIOCore
import NIOPosix
import NIOSSL

/// Why a connection could not be made, or was lost, in words for logs and the doctor. Errors of the system and of TLS
/// are told in constant words of ours; their own texts name addresses, descriptors and source lines.
enum ConnectionTrouble {
    static func words(for error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError: words(for: error)
        case let error as IOError: words(forErrno: error.errnoCode)
        case ChannelError.connectTimeout: "timed out"
        case is ChannelError: "connection closed"
        case is SocketAddressError.UnknownHost: "unknown host"
        case is SocketAddressError: "the address cannot be used"
        case let error as NIOSSLError: words(for: error)
        case is NIOSSLExtraError: "TLS: the certificate is for another name"
        case is BoringSSLError: "TLS: the server does not speak it, or breaks off"
        case let error as PrimaryLocator.Unknown: error.description
        default: "the connection broke in an unknown way"
        }
    }

    /// A host may have several addresses: what the first that was tried said.
    private static func words(for error: NIOConnectionError) -> String {
        if let first = error.connectionErrors.first { return words(for: first.error) }
        return error.dnsAError ?? error.dnsAAAAError == nil ? "connection failed" : "unknown host"
    }

    private static func words(for error: NIOSSLError) -> String {
        switch error {
        case .handshakeFailed(.sslError(let causes))
        where causes.contains { "\($0)".contains("CERTIFICATE_VERIFY_FAILED") }:
            "TLS: the certificate is not trusted"
        case .handshakeFailed: "TLS: the handshake failed"
        case .uncleanShutdown: "TLS: connection closed without notice"
        default: "TLS: cannot be used as it is set up"
        }
    }

    private static func words(forErrno code: CInt) -> String {
        switch code {
        case ECONNREFUSED: "connection refused"
        case ECONNRESET, EPIPE: "connection reset"
        case ETIMEDOUT: "timed out"
        case EHOSTUNREACH, ENETUNREACH: "no way to the host"
        case ENOENT: "no such socket"
        case EACCES, EPERM: "the socket may not be opened"
        case EMFILE, ENFILE: "too many open files"
        default: "system error \(code)"
        }
    }
}
