import HTTPServer

/// What a browser is told not to let happen on the page: only our own scripts, styles and connections, in no frame but those of
/// pages that `EMBED_ALLOWED_ANCESTORS` names, and of boards alone.
enum PageSecurity {
    static let headers = headers(images: "'self'", ancestors: "'none'")

    /// Of a board, whose players may have pictures anywhere: an image runs nothing, and is asked for without saying from where.
    static func boardHeaders(framedBy ancestors: AllowedOrigins) -> ResponseHeaders {
        headers(images: "'self' https:", ancestors: ancestors.policySources)
    }

    private static func headers(images: String, ancestors: String) -> ResponseHeaders {
        var headers: ResponseHeaders = [
            "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src \(images); "
                + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors \(ancestors)",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        ]
        // For browsers that do not know the directive; it cannot name anybody.
        if ancestors == "'none'" { headers.add(name: "X-Frame-Options", value: "DENY") }
        return headers
    }
}
