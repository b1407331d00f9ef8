import HTTPServer
import Leaderboard
import NIOHTTP1
import Seasons

extension Refusal {
    static func invalidBoardName(_ message: String) -> Refusal {
        Refusal(status: .badRequest, code: "invalid_board_name", message: message)
    }
    static func invalidDefinition(_ message: String) -> Refusal {
        Refusal(status: .badRequest, code: "invalid_definition", message: message)
    }
    static func invalidWindow(_ message: String) -> Refusal {
        Refusal(status: .badRequest, code: "invalid_window", message: message)
    }
    static func invalidSeason(_ message: String) -> Refusal {
        Refusal(status: .badRequest, code: "invalid_season", message: message)
    }
    static func invalidSegment(_ message: String) -> Refusal {
        Refusal(status: .badRequest, code: "invalid_segment", message: message)
    }
    static func seasonNotFound(_ message: String) -> Refusal {
        Refusal(status: .notFound, code: "season_not_found", message: message)
    }
    static let seasonEnded = Refusal(
        status: .conflict,
        code: "season_ended",
        message: "The season that the update names does not run: nothing was changed."
    )
    static let seasonToCome = Refusal(
        status: .conflict,
        code: "season_not_begun",
        message: "The season that the update names has not begun: nothing was changed."
    )
    /// Of a board that takes updates up to a time.
    static func boardEnded(_ until: Int) -> Refusal {
        Refusal(
            status: .conflict,
            code: "season_ended",
            message: "This board took updates until \(Moment.text(microseconds: until)): nothing was changed."
        )
    }
    /// - Parameter from: in microseconds since 1970.
    static func seasonNotBegun(from: Int) -> Refusal {
        Refusal(
            status: .conflict,
            code: "season_not_begun",
            message: "This board takes updates from \(Moment.text(microseconds: from)) on: nothing was changed."
        )
    }
    static let boardNotFound = Refusal(
        status: .notFound,
        code: "board_not_found",
        message: "There is no board of this name."
    )
    /// Of a board with bounds of its own.
    /// - Parameter window: of which it is; nil: of the one that never ends.
    static func scoreLimit(_ scores: ClosedRange<Int>, in window: WindowName?) -> Refusal {
        let whose = window.map { "The score in the window \($0)" } ?? "The score"
        return Refusal(
            status: .conflict,
            code: "score_limit",
            message:
                "\(whose) would leave \(scores.lowerBound) to \(scores.upperBound), which this board allows: nothing was changed."
        )
    }
    static func implausible(_ rule: PlausibilityRule.Name) -> Refusal {
        Refusal(
            status: .unprocessableEntity,
            code: "implausible",
            message: "The board's rule \(rule.rawValue) does not take the update: nothing was changed."
        )
    }
    static func usersOnHold(_ count: Int) -> Refusal {
        Refusal(
            status: .conflict,
            code: "users_on_hold",
            message:
                "\(count == 1 ? "1 user is" : "\(count) users are") on hold, and without the definition nobody could be: take them off hold first. Nothing was changed."
        )
    }
    static let updateRejected = Refusal(
        status: .unprocessableEntity,
        code: "update_rejected",
        message: "This update waited for review, and an operator has rejected it: it does not count."
    )
    static let reviewQueueFull = Refusal(
        status: .tooManyRequests,
        code: "review_queue_full",
        message: "The update has to wait for review, and as many wait as may: nothing was changed. Try again later.",
        retryAfter: 60
    )
    static let boardFrozenCode = "board_frozen"
    static func boardFrozen(since milliseconds: Int) -> Refusal {
        Refusal(
            status: .conflict,
            code: "board_frozen",
            message: "The board is frozen since \(Moment.text(UInt64(clamping: milliseconds))): until it is revealed, "
                + "its first 100 rows of then are shown, and to users their own place."
        )
    }
    static let boardExists = Refusal(
        status: .conflict,
        code: "board_exists",
        message: "There is a definition of this name: change it with If-Match and its version."
    )
    static let boardIsBeingDeleted = Refusal(
        status: .conflict,
        code: "board_exists",
        message:
            "The board is being deleted: wait until it is gone, or ask for the deletion again if it was interrupted."
    )
    static func boardsLimit(_ maximum: Int) -> Refusal {
        Refusal(
            status: .conflict,
            code: "boards_limit",
            message:
                "There are as many boards and templates as there may be (BOARDS_MAX, \(maximum)): delete some, or raise it."
        )
    }
    /// Of a board that a template would make.
    static func templateBoardsLimit(_ maximum: Int) -> Refusal {
        Refusal(
            status: .conflict,
            code: "boards_limit",
            message: "There are \(maximum) boards and templates, as many as updates may make: operators can make more."
        )
    }
    static func tooManyNewBoards(retryAfter seconds: Int) -> Refusal {
        Refusal(
            status: .tooManyRequests,
            code: "too_many_new_boards",
            message: "This user, or this address, has made as many new boards as it may: try again in \(seconds) s.",
            retryAfter: seconds
        )
    }
    static let boardNotEmpty = Refusal(
        status: .conflict,
        code: "board_not_empty",
        message: "The board has scores or an audit: to delete them for good, ask with ?data=delete."
    )
    static let mainStays = Refusal(
        status: .conflict,
        code: "main_stays",
        message:
            "The board main is always there: only a definition of its own can be deleted, without data=delete; it has none."
    )
    static let versionRequired = Refusal(
        status: .preconditionRequired,
        code: "version_required",
        message: "Send If-None-Match: * to make a board, or If-Match with the version (the ETag) that is to be changed."
    )
    static func versionMismatch(_ version: String?) -> Refusal {
        Refusal(
            status: .preconditionFailed,
            code: "version_mismatch",
            message:
                "The version that holds is \(version ?? "unknown"), another one than If-Match has: read it, and change that."
        )
    }
    static func fixedField(_ member: String) -> Refusal {
        Refusal(
            status: .unprocessableEntity,
            code: "fixed_field",
            message: member == "frozen"
                ? "The board is frozen: reveal it first."
                : member == "totals"
                    ? "totals cannot change for a kind that stays: take the kind away, and add it again, which begins empty."
                    : ["windows", "time_zone", "week_starts", "from", "until"].contains(member)
                        ? "\(member) cannot change for a window that stays and goes by it: give the new one another name, and take the old one away."
                        : "\(member) cannot change any more: somebody is on the board, or suspended from it."
        )
    }
    /// The name of a season means one time of one rule.
    static func fixedWindow(_ name: String, rule: String) -> Refusal {
        Refusal(
            status: .unprocessableEntity,
            code: "fixed_field",
            message: rule == "manual"
                ? "A window \(name) that is ended by hand was there before, and its seasons keep their numbers: give the new one another name."
                : "The window \(name) has had seasons by another rule (\(rule)): give the new one another name."
        )
    }

    init(_ error: BoardLookupError) {
        switch error {
        // What is being deleted takes nothing, and shows nothing any more.
        case .notFound, .deleting: self = .boardNotFound
        case .boardsLimit(let maximum): self = .templateBoardsLimit(maximum)
        case .tooManyNewBoards(let seconds): self = .tooManyNewBoards(retryAfter: seconds)
        case .store(let error): self = Refusal(error)
        }
    }
}
