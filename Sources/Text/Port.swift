/// A port that one can connect to: 1 to 65535. NIO ends the process over any other number.
package struct Port: Hashable, Sendable {
    package let number: Int

    package static let http = Port(constant: 80)
    package static let https = Port(constant: 443)

    private init(constant: Int) { number = constant }

    /// Nil for what is no port.
    package init?(_ number: Int) {
        guard (1...65_535).contains(number) else { return nil }
        self.number = number
    }

    /// Digits alone, at most five, as a URL has them (RFC 3986, section 3.2.3); nil for anything else.
    package init?(_ digits: some StringProtocol) {
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(digits)
        else { return nil }
        self.init(number)
    }
}
