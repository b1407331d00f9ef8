import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

@Suite("What a client offers and says on a WebSocket")
struct SubprotocolTests {
    @Test(
        "is chosen where it is what is spoken here, and never sent back otherwise",
        arguments: [
            ("spoken.v1", "spoken.v1"), ("other, spoken.v1", "spoken.v1"), ("spoken.v1,secret.abc", "spoken.v1"),
            ("secret.abc", nil), ("Spoken.V1", nil), ("", nil), (nil, nil),
        ] as [(String?, String?)]
    )
    func chosen(offered: String?, chosen: String?) async throws {
        try await withServer { server in
            let client = try await server.connect()
            let headers = offered.map { ["Sec-WebSocket-Protocol": $0] } ?? [:]
            let answer = try await client.openWebSocket("/spoken", headers)
            #expect(answer.status == 101)
            #expect(answer.headers["sec-websocket-protocol"] == chosen)
            let other = try await server.connect()
            #expect(try await other.openWebSocket("/live", headers).headers["sec-websocket-protocol"] == nil)
        }
    }

    @Test("is heard where somebody listens, up to the bound of who does; a binary message is not")
    func heard() async throws {
        try await withServer { server in
            let client = try await server.connect()
            _ = try await client.openWebSocket("/spoken")
            let text = Array(String(repeating: "x", count: 2000).utf8)
            try await client.sendFrame(opcode: 2, [1, 2])
            try await client.sendFrame(opcode: 1, text)
            #expect(try await client.frame() == TestFrame(opcode: 1, payload: String(decoding: text, as: UTF8.self)))
            try await client.sendFrame(opcode: 1, Array(repeating: 0x78, count: 2049))
            #expect(try await client.frame().closeCode == 1009)
            // Where nobody does, the server's own bound holds.
            let deaf = try await server.connect()
            _ = try await deaf.openWebSocket("/live")
            try await deaf.sendFrame(opcode: 1, text)
            #expect(try await deaf.frame().closeCode == 1009)
        }
    }

    @Test(
        "a token in a query is refused on any path before anybody has the request, and its connection goes on",
        arguments: [
            "token=a", "access_token=a", "authorization=a", "TOKEN=a", "Access_Token", "a=1&token=", "%74oken=a",
            "user_id=a&authorization=Bearer+a",
        ]
    )
    func tokenInQuery(query: String) async throws {
        try await withServer { server in
            let client = try await server.connect()
            for path in ["/hello", "/nothing", "/events", "/later/x"] {
                let answer = try await client.request("GET", "\(path)?\(query)")
                #expect((answer.status, answer.code) == (400, "token_in_query"))
            }
            let streamed = try await client.request("POST", "/stream?\(query)", body: "a body")
            #expect((streamed.status, streamed.code) == (400, "token_in_query"))
            #expect(try await client.request("GET", "/hello?tokens=a&my_token=b").status == 200)
            #expect(try await client.request("GET", "/hello?a=token").status == 200)
        }
    }

    @Test("a query that is printed, dumped or looked into shows names alone")
    func printed() {
        let query = Query("ticket=c2VjcmV0&view=top")
        var dumped = ""
        dump(query, to: &dumped)
        for text in ["\(query)", String(reflecting: query), String(describing: [query]), dumped] {
            #expect(!text.contains("c2VjcmV0") && text.contains("ticket"), "\(text)")
        }
    }
}
