import HTTPServer
import Text

/// Where a list that is answered in pages goes on: `Link: <…>; rel="next"` (RFC 8288), a reference to this service without its name,
/// which is the client's to know. The same words lead there in every list: who follows the link needs none of them.
struct NextPage: Sendable {
    private let target: String

    /// The same request with one parameter in the place of what said where this page begins.
    /// - Parameter names: of the parameters that say so, beside this one.
    init(after request: Request, _ name: String, _ value: String, insteadOf names: [String] = []) {
        let query = request.query.text(replacing: names + [name], with: name, value)
        target = "\(request.path.percentEncoded(besides: "/%!$&'()*+,;=:@"))?\(query)"
    }

    /// Of rows, by places.
    /// - Parameter end: the place behind the last row of this page.
    init(after request: Request, offset end: Int) {
        self.init(after: request, "offset", String(end))
    }

    /// Of a first page that goes out to many.
    init(path: String, limit: Int) {
        target = "\(path)?limit=\(limit)&offset=\(limit)"
    }

    func add(to headers: inout ResponseHeaders) {
        headers.add(name: "Link", value: "<\(target)>; rel=\"next\"")
    }
}
