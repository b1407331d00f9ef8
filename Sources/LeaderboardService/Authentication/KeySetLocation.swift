import AsyncHTTPClient
import Text
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Where a JWK set is.
package enum KeySetLocation: Sendable, Equatable {
    case file(path: String)
    /// Fetched over https only: who can change it on the way makes tokens.
    case url(String)

    /// Why a text names no set, for a person.
    struct Invalid: Error {
        let reason: String
    }

    /// The value of a variable: an https URL, or else a path.
    init(_ text: String) throws(Invalid) {
        if text.lowercased().hasPrefix("https://") {
            self = .url(try Self.checked(text))
        } else if text.contains("://") {
            throw Invalid(reason: "must be the path of a JWK set, or its https URL")
        } else {
            self = .file(path: text)
        }
    }

    /// What the client is given goes through here: a host or port that is none ends the process there.
    private static func checked(_ url: String) throws(Invalid) -> String {
        let rest = url.dropFirst("https://".count)
        let authority = rest.prefix { !["/", "?", "#"].contains($0) }
        guard (try? Authority(authority, defaultPort: .https)) != nil,
            rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), URL(string: url) != nil
        else {
            throw Invalid(reason: "must be https://host[:port]/path, with a port of 1 to 65535")
        }
        return url
    }

    /// How often it is looked at: a file is small and near, and may be a link that is turned to another file; so it is
    /// read each second and its bytes are compared. A URL is asked again when its answer has aged.
    func interval(age: Duration) -> Duration {
        switch self {
        case .file: .seconds(1)
        case .url: age
        }
    }

    /// A public set may not hold secrets.
    var takesSecrets: Bool {
        if case .file = self { true } else { false }
    }

    /// Its bytes, at most ``KeySet/maximumBytes``.
    func fetch(with client: HTTPClient, within limit: Duration) async throws(KeySetError) -> [UInt8] {
        switch self {
        case .file(let path):
            do {
                return try SmallFile.bytes(of: path, maximum: KeySet.maximumBytes)
            } catch {
                throw KeySetError(description: "the file \(error)")
            }
        case .url(let url):
            return try await Self.get(url, with: client, within: limit)
        }
    }

    private static func get(
        _ url: String,
        with client: HTTPClient,
        within limit: Duration
    ) async throws(KeySetError) -> [UInt8] {
        do {
            // The client's own deadline ends with the head; this one holds for the body too.
            return try await withThrowingTaskGroup { tasks in
                tasks.addTask {
                    var request = HTTPClientRequest(url: url)
                    request.headers.add(name: "Accept", value: "application/jwk-set+json, application/json")
                    let response = try await client.execute(request, timeout: TimeAmount(limit))
                    guard response.status == .ok else {
                        throw KeySetError(description: "the answer is \(response.status.code)")
                    }
                    return Array(try await response.body.collect(upTo: KeySet.maximumBytes).readableBytesView)
                }
                tasks.addTask {
                    try await Task.sleep(for: limit)
                    throw KeySetError(description: "no answer in time")
                }
                defer { tasks.cancelAll() }
                return try await tasks.next() ?? []
            }
        } catch let error as KeySetError {
            throw error
        } catch is NIOTooManyBytesError {
            throw KeySetError(description: "the answer is too large")
        } catch {
            throw KeySetError(description: "no answer: \(connectionReason(of: error))")
        }
    }
}
