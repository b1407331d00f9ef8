import HTTPServer

/// What a browser is told not to let happen on the page: only our own scripts, styles and connections, in no frame.
enum PageSecurity {
    static let headers = headers(images: "'self'")
    /// Of a board, whose players may have pictures anywhere: an image runs nothing, and is asked for without saying from where.
    static let boardHeaders = headers(images: "'self' https:")

    private static func headers(images: String) -> ResponseHeaders {
        [
            "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src \(images); "
                + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        ]
    }
}
