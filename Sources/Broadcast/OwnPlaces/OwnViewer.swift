import NIOCore

/// One viewer of `View.own`, as the centre has it, which owns it.
final class OwnViewer {
    /// What the source said of a user of whom the rows do not tell.
    struct Look {
        var standing: OwnStanding
        /// Of the standings at which it was taken.
        let version: Int
    }

    let join: Join
    let wish: OwnWish
    /// Its place among the viewers.
    var index = 0
    /// Of what was told last, neighbours included; nil: nothing was.
    var told: Int?
    /// It has been told what there was to tell at this version of the standings.
    var version = -1
    /// No message before.
    var due = NIODeadline.uptimeNanoseconds(0)
    var passed = Passings()
    var overtook = Passings()
    var look: Look?
    /// Whether the user is hidden, and the rows never tell of them; nil: not known, the source has to say it.
    var isHidden: Bool?
    /// What was told last had one.
    var hasScore = false
    /// The rows do not tell where the user stands.
    var isDeep = false
    /// Looked at before the others: nothing was told, or the user's own score has changed.
    var wantsLook = true
    var isUrgent = false
    var hasLeft = false

    init(_ join: Join, _ wish: OwnWish) {
        self.join = join
        self.wish = wish
        isHidden = wish.isHidden
    }
}
