import ArgumentParser
import NIOHTTP1
import Text

/// `leaderboard admin blank-name USER --reason TEXT`
struct AdminBlankName: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blank-name",
        abstract: "Take away a user's name, picture and country; the user cannot set them again until allow-name."
    )

    @OptionGroup var service: AdminService
    @OptionGroup var whose: NamedUser

    func run() async throws {
        let changed = try await whose.ask(service, "blank")
        print("\(whose.user.printable) \(changed ? "shows no name now" : "was held already").")
    }
}

/// `leaderboard admin allow-name USER --reason TEXT`
struct AdminAllowName: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allow-name",
        abstract: "Let a user set a name, a picture and a country again, after blank-name."
    )

    @OptionGroup var service: AdminService
    @OptionGroup var whose: NamedUser

    func run() async throws {
        let changed = try await whose.ask(service, "allow")
        print("\(whose.user.printable) \(changed ? "may set a name again" : "was not held").")
    }
}

/// Who is meant, and why.
struct NamedUser: ParsableArguments {
    @Argument(help: "The user's id.")
    var user: String

    @OptionGroup var why: ReasonOption

    @Flag(help: "Taken as the other commands take it: this one never asks.")
    var yes = false

    private struct Answer: Decodable {
        let changed: Bool
    }

    /// Whether it was otherwise before.
    fileprivate func ask(_ service: AdminService, _ act: String) async throws -> Bool {
        let path = "/users/\(user.percentEncoded())/profile/\(act)"
        return try await service.ask(.POST, path, Reasoned(reason: why.reason), as: Answer.self).changed
    }
}
