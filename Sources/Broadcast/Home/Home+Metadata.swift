import Board
import Logging
import Metrics
import NIOCore

/// What users say of themselves, for the viewers who asked for it. Where there are none of these, nothing is kept, and nothing is asked.
extension Home {
    var hasMetadataViewers: Bool { audiences.contains { $0.hasMetadataViewers } }

    /// The user says something else by now.
    func saysOther(_ user: String) {
        guard hasMetadataViewers else { return }
        said.changed(user)
        askWhatIsSaid()
    }

    /// Other rows are shown, or there is the first viewer who wants to know.
    func noteShownRows() {
        guard hasMetadataViewers, let published = feed.published else { return }
        said.show(published.top)
        askWhatIsSaid()
    }

    /// At most once in a window: what changes meanwhile is of the next question.
    func askWhatIsSaid() {
        let now = eventLoop.now
        guard said.isQuestionDue else { return }
        guard now >= nextQuestion else { return setAlarm() }
        guard let (number, users) = said.ask() else { return }
        nextQuestion = now + max(options.window, SnapshotPace.shortest)
        source.metadata(users, eventLoop).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let answer) where answer.shownTo == shownTo:
                tellWhatIsSaid(said.end(number, users, answer.value))
            // Of a board that is shown to others by now, a look at it will find that.
            case .success, .failure:
                if case .failure = result { metrics.sourceFailures.increment() }
                said.fail(number)
                // As often as the source is looked at where it cannot be read.
                nextQuestion = eventLoop.now + options.verifyInterval
            }
            admitUnsaid()
            askWhatIsSaid()
        }
    }

    private func tellWhatIsSaid(_ changed: [(user: String, said: String?)]) {
        guard !changed.isEmpty, let published = feed.published else { return }
        // Of users who have left the rows meanwhile nobody has to know.
        let shown = Set(published.top.map(\.user))
        said.show(published.top)
        let told = changed.filter { shown.contains($0.user) }
        guard !told.isEmpty else { return }
        deliver()
        let frames = MessageForm.all.map { form -> ByteBuffer? in
            guard form.includesMetadata, audiences.contains(where: { $0.has(form) }) else { return nil }
            metrics.frames.increment()
            return framings[form.transport].frame(
                Message.metadata(told, of: subject(form, published)),
                published.cursor
            )
        }
        for audience in audiences where audience.hasMetadataViewers {
            audience.reference.run { [known = said.known] in
                $0.know(known)
                $0.tell(frames)
            }
        }
    }

    /// Those who waited for it get their first message; what is not known then comes later.
    private func admitUnsaid() {
        let early = unsaid
        unsaid = []
        for (join, cursor) in early { admit(join, cursor: cursor, isSaid: true) }
    }
}
