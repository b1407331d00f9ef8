extension Int {
    /// The whole part of a double; of what is too large, or infinite, the nearest integer there is, and 0 of what is no number.
    /// `Int(_:)` ends the process over those.
    package init(clamping value: Double) {
        if value.isNaN {
            self = 0
        } else if value >= 0x1p63 {
            self = .max
        } else if value < -0x1p63 {
            self = .min
        } else {
            self = Int(value)
        }
    }
}
