// SPDX-License-Identifier: Apache-2.0

import Dossier
import Standards
import Web

/// A clock as a shape and words, with the same instants in three times.
struct ClockFace {
    let fields: Fields

    /// - Parameter clock: nil when no time limit presses; `state` then says why.
    init(_ scene: Scene, _ clock: Clock?, state: FileState, counterpart: StateCode) {
        let strings = scene.strings
        guard let clock else {
            let held = state == .held
            fields = [
                "isRunning": false, "icon": held ? "pause" : "", "hasIcon": held, "look": held ? "clock--paused" : "clock--none",
                "left": strings(held ? "clock.held" : "clock.none"), "hasWhy": held, "why": strings("clock.held-why"), "hasLevel": false,
            ]
            return
        }
        let zone = scene.names.zone(counterpart)
        let (look, icon, left) = Self.face(clock, now: scene.now, scene.figures, strings)
        let due = scene.times.fields(clock.due, theirs: zone)
        let level = clock.stopped == nil ? clock.escalated : nil
        fields = [
            "isRunning": true, "hasIcon": true, "icon": icon, "look": look, "left": left, "hasWhy": clock.state == .held,
            "why": strings("clock.held-why"), "dueWords": strings(clock.state == .over ? "clock.was-due" : "clock.due"), "due": due,
            "starts": scene.times.fields(clock.starts, theirs: zone), "theirs": scene.names.fields(counterpart),
            "says": Text.safe(clock.says, limit: 400), "article": Article.words(clock.article, strings), "unverified": clock.unverified,
            "hasLevel": level != nil,
            "level": level.map { strings("clock.level", ["level": scene.figures.count($0.level), "role": strings("role.\($0.tell)")]) }
                ?? "",
        ]
    }

    /// Quarter, half and three quarters by the share of the time used; an octagon when it is over.
    private static func face(_ clock: Clock, now: Instant, _ figures: Figures, _ strings: Strings) -> (
        look: String, icon: String, left: String
    ) {
        let left = clock.due.milliseconds - (clock.stopped ?? now).milliseconds
        let span = figures.span(milliseconds: left)
        switch clock.state {
        case .met: return ("clock--met", "met", strings("clock.met"))
        case .held: return ("clock--paused", "pause", strings("clock.held"))
        case .paused: return ("clock--paused", "pause", strings("clock.paused"))
        case .ended: return ("clock--none", "met", strings("clock.ended"))
        case .over where clock.stopped != nil: return ("clock--none", "met", strings("clock.late", ["span": span]))
        case .over: return ("clock--over", "alert", strings("clock.over", ["span": span]))
        case .running:
            let share = Double(left) / Double(max(1, clock.due.milliseconds - clock.starts.milliseconds))
            let look = left < 3_600_000 ? "clock--urgent" : share < 0.2 ? "clock--soon" : "clock--calm"
            return (look, share > 0.5 ? "k1" : share > 0.2 ? "k2" : "k3", strings("clock.left", ["span": span]))
        }
    }
}

/// An article in words: the rule files write `42(8)`, or `house` for a rule of the system itself.
enum Article {
    static func words(_ article: String, _ strings: Strings) -> String {
        article.hasPrefix("house")
            ? strings("article.house")
            : article.hasPrefix("State ")
                ? strings("article.state", ["article": Text.safe(article.dropFirst(6).description, limit: 80)])
                : strings("article.cite", ["article": Text.safe(article, limit: 80)])
    }
}
