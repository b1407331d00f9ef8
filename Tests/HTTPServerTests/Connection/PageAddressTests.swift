import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPServer

@Suite("The address of a page")
struct PageAddressTests {
    private static let router = Router([
        .page("/") { _ in Response(.ok) },
        .page("/boards") { _ in Response(.ok) },
        .page("/boards/{board}") { _ in Response(.ok) },
        .on(.GET, "/api/v1/boards") { _ in Response(.ok) },
        .on(.GET, "/api/v1/boards/{board}") { _ in Response(.ok) },
    ])

    @Test(
        "with slashes at its end leads to the one without; that of a program does not, for it was put together wrong",
        arguments: [
            ("GET", "/boards/", "/boards"), ("HEAD", "/boards/", "/boards"), ("GET", "/boards///", "/boards"),
            ("GET", "/boards/any%25/", "/boards/any%25"), ("GET", "/boards/a%2F/", "/boards/a%2F"),
            ("POST", "/boards/", nil), ("OPTIONS", "/boards/", nil), ("GET", "//", nil), ("GET", "//boards/", nil),
            ("GET", "/boards//x/", nil), ("GET", "/boards/x/y/", nil), ("GET", "//evil.example/", nil),
            ("GET", "/\\evil.example/", nil), ("GET", "/api/v1/boards/", nil), ("GET", "/api/v1/boards/x/", nil),
        ] as [(String, String, String?)]
    )
    func slashes(method: String, path: String, page: String?) {
        let match = Self.router.match(HTTPMethod(rawValue: method), path)
        if case .page(let found) = match {
            #expect(found == page)
        } else {
            #expect(page == nil)
            #expect(match.route == nil)
        }
    }

    @Test("is no detour where it is right")
    func direct() {
        for path in ["/", "/boards", "/boards/x"] {
            #expect(Self.router.match(.GET, path).route?.isPage == true, "\(path)")
        }
    }
}
