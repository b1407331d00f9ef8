import HTTPServer
import NIOHTTP1

extension Refusal {
    static func invalidMetadata(_ message: String) -> Refusal {
        Refusal(status: .badRequest, code: "invalid_metadata", message: message)
    }
    static let notYourProfile = Refusal(
        status: .forbidden,
        code: "not_your_profile",
        message: "The token belongs to another user: a user can change only their own profile."
    )
    /// To an operator.
    static let profileStaysHeld = Refusal(
        status: .forbidden,
        code: "profile_held",
        message: "This profile was taken away, and is held: allow it first, or with ?allow=true."
    )
    static let profileHeld = Refusal(
        status: .forbidden,
        code: "profile_held",
        message: "An operator has taken this profile away: it cannot be set until an operator allows it."
    )
}
