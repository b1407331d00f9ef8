import Glibc

/// `Date` (RFC 9110, section 5.6.7), made once a second. Owned by its event loop.
struct DateHeader {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private var second: time_t = -1
    /// With its end.
    private(set) var line = ""
    /// What stands before the request's id in an answer of 200.
    private(set) var beginningOfOK = ""

    /// Makes both those of now.
    mutating func update() {
        let now = time(nil)
        guard now != second else { return }
        second = now
        line = "Date: \(Self.format(now))\r\n"
        beginningOfOK = "HTTP/1.1 200 OK\r\n\(line)X-Request-Id: "
    }

    static func format(_ time: time_t) -> String {
        var time = time
        var parts = unsafe tm()
        unsafe gmtime_r(&time, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = unsafe days[Int(parts.tm_wday)]
        let month = unsafe months[Int(parts.tm_mon)]
        return unsafe "\(day), \(two(parts.tm_mday)) \(month) \(1900 + parts.tm_year) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }
}
