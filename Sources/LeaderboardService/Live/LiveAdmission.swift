import Broadcast
import HTTPServer

/// What keeps a viewer among those of boards that are not for everybody.
final class PrivateAdmission: Sendable {
    private let viewer: PrivateViewer
    private let admission: any AnyObject & Sendable

    init(viewer: PrivateViewer, admission: any AnyObject & Sendable) {
        self.viewer = viewer
        self.admission = admission
    }
}

/// What keeps a viewer's place, and the stream of its board or window, until the viewer is gone.
final class BoardAdmission: Sendable {
    private let place: Place
    let hold: BoardHold

    init(place: Place, hold: BoardHold) {
        self.place = place
        self.hold = hold
    }
}
