/// What a head may have in all; the trailers of a body likewise.
struct HeadLimits {
    let bytes: Int
    let headers: Int
}
