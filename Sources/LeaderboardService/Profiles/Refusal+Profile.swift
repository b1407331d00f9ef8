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
    static let profileHeld = Refusal(
        status: .forbidden,
        code: "profile_held",
        message: "An operator has taken this profile away: it cannot be set until an operator allows it."
    )
}
