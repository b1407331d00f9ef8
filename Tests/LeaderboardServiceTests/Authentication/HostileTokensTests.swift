import Crypto
import CryptoExtras
import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

/// A token, and whether it may raise the score of user 12345.
struct TokenCase: Sendable {
    let name: String
    let isValid: Bool
    let token: @Sendable () throws -> String

    static func valid(_ name: String, _ token: @escaping @Sendable () throws -> String) -> TokenCase {
        TokenCase(name: name, isValid: true, token: token)
    }

    static func refused(_ name: String, _ token: @escaping @Sendable () throws -> String) -> TokenCase {
        TokenCase(name: name, isValid: false, token: token)
    }

    static let all = controls + headers + keys + encodings + claims

    private static let secret = TestSigner.hs256(testSecret)

    /// What the service of this table asks for, and `further`, which begins with a comma.
    private static func good(_ further: String = "") -> String {
        validClaims("12345", #","iss":"https://id.example","aud":"leaderboard""# + further)
    }

    private static func hs256(_ claims: String) throws -> String {
        try secret.token(header: #"{"alg":"HS256","typ":"JWT"}"#, claims: claims)
    }

    private static func header(_ header: String) throws -> String {
        try secret.token(header: header, claims: good())
    }

    private static let controls: [TokenCase] = [
        .valid("HS256") { try hs256(good()) },
        .valid("RS256 by kid") { try TestSigner.rs256.token(kid: "rsa", claims: good()) },
        .valid("PS256 by kid") { try TestSigner.ps256.token(kid: "pss", claims: good()) },
        .valid("ES256 by kid") { try TestSigner.es256.token(kid: "ec", claims: good()) },
        .valid("EdDSA by kid") { try TestSigner.edDSA.token(kid: "ed", claims: good()) },
        .valid("no kid") { try TestSigner.es256.token(kid: nil, claims: good()) },
        .valid("no typ") { try header(#"{"alg":"HS256"}"#) },
        .valid("the typ of RFC 9068") { try header(#"{"alg":"HS256","typ":"at+jwt"}"#) },
        .valid("a whole media type") { try header(#"{"alg":"HS256","typ":"application/AT+JWT"}"#) },
        .valid("white space in the header") { try header(" {\"alg\" :\n\"HS256\"}\t") },
        .valid("several audiences") {
            try hs256(validClaims("12345", #","iss":"https://id.example","aud":["x","leaderboard"]"#))
        },
        .valid("times with fractions, in the past") { try hs256(good(#","nbf":1.5e9,"iat":1500000000.25"#)) },
        .valid("an iat that is ahead by less than the leeway") { try hs256(good(#","iat":\#(secondsFromNow(20))"#)) },
        .valid("claims of others") { try hs256(good(#","roles":[{"a":[1]}],"":null"#)) },
    ]

    private static let headers: [TokenCase] = [
        .refused("none, unsigned") { try unsigned(#"{"alg":"none"}"#) },
        .refused("None, unsigned") { try unsigned(#"{"alg":"None"}"#) },
        .refused("NONE, unsigned") { try unsigned(#"{"alg":"NONE"}"#) },
        .refused("nOnE, signed") { try header(#"{"alg":"nOnE"}"#) },
        .refused("an empty alg") { try unsigned(#"{"alg":""}"#) },
        .refused("no alg") { try header(#"{"typ":"JWT"}"#) },
        .refused("a number for an alg") { try header(#"{"alg":256}"#) },
        .refused("alg in lower case") { try header(#"{"alg":"hs256"}"#) },
        .refused("another hash") { try header(#"{"alg":"HS512"}"#) },
        .refused("alg twice") { try header(#"{"alg":"HS256","alg":"HS256"}"#) },
        .refused("alg twice, once escaped") { try header(#"{"alg":"none","\u0061lg":"HS256"}"#) },
        .refused("crit") { try header(#"{"alg":"HS256","crit":["exp"]}"#) },
        .refused("an empty crit") { try header(#"{"alg":"HS256","crit":[]}"#) },
        .refused("an unencoded payload") { try header(#"{"alg":"HS256","b64":false}"#) },
        .refused("a grant for access") { try header(#"{"alg":"HS256","typ":"score-grant+jwt"}"#) },
        .refused("another typ") { try header(#"{"alg":"HS256","typ":"dpop+jwt"}"#) },
        .refused("a number for a typ") { try header(#"{"alg":"HS256","typ":1}"#) },
        .refused("a number for a kid") { try header(#"{"alg":"HS256","kid":1}"#) },
        .refused("a header that is an array") { try header(#"["alg","HS256"]"#) },
        .refused("a header with something behind it") { try header(#"{"alg":"HS256"} {}"#) },
    ]

    private static let keys: [TokenCase] = [
        .refused("another secret") {
            try TestSigner.hs256("another secret, also of 32 bytes or more").token(kid: nil, claims: good())
        },
        .refused("an empty secret") { try TestSigner.hs256("").token(kid: nil, claims: good()) },
        .refused("the RSA key's modulus for a secret") { try confused(pem: false) },
        .refused("the RSA key's PEM for a secret") { try confused(pem: true) },
        .refused("a stranger's key of the same kind") {
            try TestSigner.es256(P256.Signing.PrivateKey()).token(kid: "ec", claims: good())
        },
        .refused("the secret under the kid of a public key") { try secret.token(kid: "rsa", claims: good()) },
        .refused("the secret under the kid of a key that is for encryption") {
            try secret.token(kid: "encryption", claims: good())
        },
        .valid("the secret under a kid of nobody's") { try secret.token(kid: "mine", claims: good()) },
        .refused("a kid of nobody's") { try TestSigner.es256.token(kid: "nobody", claims: good()) },
        .refused("a kid that is a path") { try TestSigner.es256.token(kid: "../../../dev/null", claims: good()) },
        .refused("the key of another kid") { try TestSigner.es256.token(kid: "ed", claims: good()) },
        .refused("an RS256 signature by the key for PS256") { try TestSigner.rs256.token(kid: "pss", claims: good()) },
        .refused("a PS256 signature by the key for RS256") { try TestSigner.ps256.token(kid: "rsa", claims: good()) },
        .refused("a PS256 signature under the name of RS256") {
            try TestSigner.ps256.token(header: #"{"alg":"RS256","kid":"rsa"}"#, claims: good())
        },
        .refused("a key that is for encryption") { try TestSigner.es256.token(kid: "encryption", claims: good()) },
        .refused("the key that the header brings") {
            let stranger = TestSigner.es256(P256.Signing.PrivateKey())
            let jwk = try stranger.jwk(kid: "ec")
            return try stranger.token(header: #"{"alg":"ES256","jwk":\#(jwk)}"#, claims: good())
        },
        .refused("the key set that the header names") {
            try TestSigner.es256(P256.Signing.PrivateKey()).token(
                header: #"{"alg":"ES256","kid":"ec","jku":"https://evil.example/","x5u":"https://evil.example/"}"#,
                claims: good()
            )
        },
        .valid("our own key, whatever key the header brings") {
            let jwk = try TestSigner.es256(P256.Signing.PrivateKey()).jwk(kid: "ec")
            return try TestSigner.es256.token(header: #"{"alg":"ES256","kid":"ec","jwk":\#(jwk)}"#, claims: good())
        },
        .refused("an ES256 signature in DER") {
            guard case .es256(let key) = TestSigner.es256 else { return "" }
            let signed = Data(#"{"alg":"ES256","kid":"ec"}"#.utf8).base64URL + "." + Data(good().utf8).base64URL
            return try signed + "." + key.signature(for: Data(signed.utf8)).derRepresentation.base64URL
        },
        .refused("an ES256 signature of zeros") {
            try replaced(2, of: TestSigner.es256.token(kid: "ec", claims: good())) { _ in Data(count: 64).base64URL }
        },
    ]

    private static let encodings: [TokenCase] = [
        .refused("one part") { "token" },
        .refused("two parts") { try String(hs256(good()).split(separator: ".").prefix(2).joined(separator: ".")) },
        .refused("four parts") { try hs256(good()) + ".x" },
        .refused("five parts") { "a.b.c.d.e" },
        .refused("a dot behind it") { try hs256(good()) + "." },
        .refused("dots alone") { ".." },
        .refused("no signature") { try replaced(2, of: hs256(good())) { _ in "" } },
        .refused("half a signature") { try replaced(2, of: hs256(good())) { String($0.prefix(20)) } },
        .refused("a signature of another token") {
            let other = try hs256(validClaims("23456")).split(separator: ".")[2]
            return try replaced(2, of: hs256(good())) { _ in String(other) }
        },
        .refused("padding") { try hs256(good()) + "=" },
        .refused("a space within") { try replaced(1, of: hs256(good())) { $0.prefix(8) + " " + $0.dropFirst(8) } },
        .refused("a character that base64url does not have") {
            try replaced(2, of: hs256(good())) { "+" + $0.dropFirst() }
        },
        .refused("a character that is no ASCII") { try replaced(2, of: hs256(good())) { "\u{212A}" + $0.dropFirst() } },
        .refused("unused bits that are set") {
            // 32 bytes are 43 characters, of whose last 2 bits are unused.
            try replaced(2, of: hs256(good())) { signature in
                let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
                let last = alphabet.firstIndex(of: signature.last ?? "A") ?? 0
                return signature.dropLast() + String(alphabet[last + 1])
            }
        },
        .refused("JSON serialization") { #"{"payload":"e30","signature":"e30"}"# },
    ]

    private static let claims: [TokenCase] =
        [
            ("no exp", #"{"sub":"12345"}"#), ("exp as a string", #"{"sub":"12345","exp":"9999999999"}"#),
            ("exp null", #"{"sub":"12345","exp":null}"#), ("exp beyond a double", #"{"sub":"12345","exp":1e400}"#),
            ("exp of long ago", #"{"sub":"12345","exp":1500000000}"#), ("exp negative", #"{"sub":"12345","exp":-1}"#),
            ("exp past by more than the leeway", #"{"sub":"12345","exp":\#(secondsFromNow(-31))}"#),
            ("exp twice", #"{"sub":"12345","exp":1,"exp":9999999999}"#),
            ("sub twice", #"{"sub":"23456","sub":"12345","exp":9999999999}"#), ("no sub", #"{"exp":9999999999}"#),
            ("sub as a number", #"{"sub":12345,"exp":9999999999}"#), ("an empty sub", #"{"sub":"","exp":9999999999}"#),
            ("a sub that is no user id", #"{"sub":"1 2","exp":9999999999}"#),
            ("nbf in the future", #"{"sub":"12345","exp":9999999999,"nbf":\#(secondsFromNow(60))}"#),
            ("iat in the future", #"{"sub":"12345","exp":9999999999,"iat":\#(secondsFromNow(60))}"#),
            ("nbf as a string", #"{"sub":"12345","exp":9999999999,"nbf":"0"}"#),
            ("scope as an array", #"{"sub":"12345","exp":9999999999,"scope":["a"]}"#),
            ("an array", #"["12345"]"#), ("no JSON", "sub=12345"), ("nothing", ""), ("a byte order mark", "\u{FEFF}{}"),
            ("nested deeply", String(repeating: "[", count: 1000)),
        ].map { name, claims in
            .refused("claims: \(name)") {
                // Everything else that is asked for is there.
                let named =
                    claims.hasSuffix("}")
                    ? claims.dropLast() + #","iss":"https://id.example","aud":"leaderboard"}"# : claims
                return try hs256(named)
            }
        }
        + [
            ("no iss", #","aud":"leaderboard""#), ("another iss", #","iss":"https://id.example/","aud":"leaderboard""#),
            ("iss as an array", #","iss":["https://id.example"],"aud":"leaderboard""#),
            ("no aud", #","iss":"https://id.example""#), ("another aud", #","iss":"https://id.example","aud":"x""#),
            ("aud of others", #","iss":"https://id.example","aud":["x","y"]"#),
            ("aud with a number", #","iss":"https://id.example","aud":["leaderboard",1]"#),
            ("aud as an object", #","iss":"https://id.example","aud":{"leaderboard":1}"#),
        ].map { name, claims in .refused("claims: \(name)") { try hs256(validClaims("12345", claims)) } }

    private static func unsigned(_ header: String) throws -> String {
        Data(header.utf8).base64URL + "." + Data(good().utf8).base64URL + "."
    }

    /// A HMAC whose secret is what everybody knows of the RSA key.
    private static func confused(pem: Bool) throws -> String {
        guard case .rs256(let key) = TestSigner.rs256 else { return "" }
        let known = pem ? Data(key.publicKey.pemRepresentation.utf8) : try key.publicKey.getKeyPrimitives().modulus
        let signed = Data(#"{"alg":"HS256","kid":"rsa"}"#.utf8).base64URL + "." + Data(good().utf8).base64URL
        let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: SymmetricKey(data: known))
        return signed + "." + Data(code).base64URL
    }

    private static func replaced(
        _ index: Int,
        of token: String,
        _ change: (String) -> String
    ) throws -> String {
        var parts = token.split(separator: ".").map(String.init)
        parts[index] = change(parts[index])
        return parts.joined(separator: ".")
    }
}

@Suite("A hostile token")
struct HostileTokensTests {
    @Test("gets nowhere, and a valid one of each kind does")
    func table() async throws {
        let file = try TemporaryFile(
            keySetJSON(
                TestSigner.rs256.jwk(kid: "rsa"),
                TestSigner.ps256.jwk(kid: "pss"),
                TestSigner.es256.jwk(kid: "ec"),
                TestSigner.edDSA.jwk(kid: "ed"),
                TestSigner.es256.jwk(kid: "encryption", #""use":"enc","#)
            )
        )
        let settings = [
            "JWT_JWKS": file.path, "JWT_ISSUER": "https://id.example", "JWT_AUDIENCE": "leaderboard",
            "UNAUTHENTICATED_LIMIT": "100000",
        ]
        try await withService(settings) { service, redis in
            let connection = try await service.connect()
            for row in TokenCase.all {
                let response = try await connection.request(
                    "POST",
                    "/api/v1/score/update",
                    ["Authorization": "Bearer \(row.token())", "Content-Type": "application/json"],
                    body: #"{"user_id":"12345","score_increase":1}"#
                )
                #expect(
                    (response.status, response.code) == (row.isValid ? (200, nil) : (401, "invalid_token")),
                    "\(row.name)"
                )
            }
            let valid = TokenCase.all.count { $0.isValid }
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "12345") == "\(valid)")
        }
    }

    @Test("that is longer than 8 KiB is refused unread; one that is not is read")
    func length() throws {
        let filler = { (count: Int) in validClaims("12345", #","x":"\#(String(repeating: "x", count: count))""#) }
        let signer = TestSigner.hs256(testSecret)
        #expect(throws: TokenError.malformed) { try CompactJWS(signer.token(kid: nil, claims: filler(6200))) }
        _ = try CompactJWS(signer.token(kid: nil, claims: filler(5900)))
    }
}

/// A file of a test, removed with its last reference.
final class TemporaryFile: Sendable {
    private let url: URL

    var path: String { url.path }

    init(_ text: String) throws {
        url = FileManager.default.temporaryDirectory.appending(path: "lb-\(UUID().uuidString)")
        try write(text)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// Replaces the file in one step, as a careful operator does.
    func write(_ text: String) throws {
        try Data(text.utf8).write(to: url, options: .atomic)
    }
}
