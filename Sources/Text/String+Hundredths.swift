extension String {
    /// `12`, `12.5`, `-0.25`: as few digits as will do.
    package init(hundredths value: Int128) {
        let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: 100)
        let sign = value < 0 ? "-" : ""
        if rest == 0 {
            self = "\(sign)\(whole)"
        } else if rest.isMultiple(of: 10) {
            self = "\(sign)\(whole).\(rest / 10)"
        } else {
            self = "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
        }
    }
}
