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
        case let error as BoringSSLError:
            alert(in: ["\(error)"]) ?? "TLS: the server does not speak it, or breaks off"
        case let error as PrimaryLocator.Unknown: error.description
        case let error as RedisQuestion.NotLetIn: error.description
        case let error as RedisQuestion.ConnectionEnded: error.reason
        case RedisError.refused(let refusal): refusal.words
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
        case .handshakeFailed(.sslError(let causes)):
            if causes.contains(where: { "\($0)".contains("CERTIFICATE_VERIFY_FAILED") }) {
                "TLS: the certificate is not trusted"
            } else {
                alert(in: causes.map { "\($0)" }) ?? "TLS: the handshake failed"
            }
        case .handshakeFailed: "TLS: the handshake failed"
        case .uncleanShutdown: "TLS: connection closed without notice"
        default: "TLS: cannot be used as it is set up"
        }
    }

    /// What the server says of our certificate (RFC 8446, section 6.2): the TLS library has it in the name of its error only.
    private static func alert(in causes: [String]) -> String? {
        let words = [
            "CERTIFICATE_REQUIRED": "the server wants a client certificate",
            "ALERT_UNKNOWN_CA": "the server does not trust our certificate",
            "ALERT_CERTIFICATE_UNKNOWN": "the server does not take our certificate",
            "ALERT_BAD_CERTIFICATE": "the server does not take our certificate",
            "ALERT_UNSUPPORTED_CERTIFICATE": "the server does not take our certificate",
            "ALERT_CERTIFICATE_EXPIRED": "our certificate has expired",
            "ALERT_CERTIFICATE_REVOKED": "our certificate is revoked",
        ]
        return words.first { name, _ in causes.contains { $0.contains(name) } }
            .map { "TLS: \($0.value) (REDIS_CERTIFICATE_FILE)" }
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
