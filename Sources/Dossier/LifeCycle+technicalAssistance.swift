// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Technical assistance and training: agreed, carried out, told how it went.
    static let technicalAssistance: LifeCycle = {
        let schedules = Side.allCases.map { side in
            Transition(.schedule, side, [.accepted, .executing], .same, roles: Roles.answer)
        }
        return LifeCycle.assistance(
            .technicalAssistance, closing: [.executed, .partlyExecuted, .feedbackGiven], fourEyes: false,
            main: [
                .init([.accepted, .partlyRefused], .requested, [.execute]),
                .init([.executing], .requested, [.complete]),
                .init([.received, .executed, .partlyExecuted], .requesting, [.feedback]),
                .init([.feedbackGiven], .requesting, [.close]),
            ],
            and: schedules + [
                Transition(
                    .feedback, .requesting, [.received, .executed, .partlyExecuted, .feedbackGiven], .state(.feedbackGiven),
                    roles: Roles.send)
            ])
    }()
}
