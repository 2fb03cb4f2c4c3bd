// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Glibc
import Law
import Standards
import Synchronization

/// What the command line prints: results to standard output, everything else to standard error.
enum Output {
    static func line(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    static func error(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    static func json(_ value: some Encodable) throws(ComityError) { line(try IJSON.pretty(value)) }

    /// A citation in words: of an instrument, of this house, or of a State's own requirements.
    static func article(_ cite: String) -> String {
        cite.hasPrefix("house") ? "house rule" : cite.hasPrefix("State ") ? "requirement of \(cite.dropFirst(6))" : "Art. \(cite)"
    }

    /// One finding, as text.
    static func text(_ finding: Finding) -> String {
        let article = article(finding.article)
        return """
            \(finding.level.rawValue.padding(toLength: 6, withPad: " ", startingAt: 0)) \(finding.field)  (\(article)\(finding.unverified ? ", text not compared yet" : ""))
                   \(Text.safe(finding.detail ?? finding.says, limit: 300))
                   mend: \(finding.mend)
            """ + aside(finding)
    }

    private static func aside(_ finding: Finding) -> String {
        if let aside = finding.setAside {
            return "\n       set aside by \(aside.by ?? "the sender"): \(Text.safe(aside.reason, limit: 300))"
        }
        switch finding.override {
        case .never: return ""
        case .any: return "\n       may be set aside with a reason: \(finding.rule)"
        case .approver: return "\n       an approver may set it aside with a reason: \(finding.rule)"
        }
    }

    /// `59 d 23 h left`, `3 h 05 min over`, `held`, `met`.
    static func text(_ clock: Clock, now: Instant) -> String {
        switch clock.state {
        case .held: return "held pending decision"
        case .met: return "met"
        case .paused: return "paused"
        case .ended: return "ended"
        case .running, .over:
            let end = clock.stopped ?? now
            let minutes = abs(clock.due.milliseconds - end.milliseconds) / 60_000
            let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60)
            let span = days > 0 ? "\(days) d \(hours) h" : hours > 0 ? "\(hours) h \(rest < 10 ? "0" : "")\(rest) min" : "\(rest) min"
            return span + (clock.stopped != nil ? " late" : clock.due > now ? " left" : " over")
        }
    }

    /// Whom nobody having reacted concerns by now: ` (level 2: tell supervisor)`; empty while there is no such level.
    static func level(_ clock: Clock) -> String {
        clock.escalated.map { " (level \($0.level): tell \(String($0.tell.map { $0 == "_" ? " " : $0 })))" } ?? ""
    }

    /// Progress on standard error, only at a terminal.
    static func progressBar(_ label: String) -> @Sendable (Int64, Int64) throws(ComityError) -> Void {
        Interruption.watch()
        let isTerminal = isatty(STDERR_FILENO) == 1
        let start = ContinuousClock.now
        let shown = LastShown(start)
        return { (done, all) throws(ComityError) in
            try Interruption.check()
            let now = ContinuousClock.now
            guard isTerminal, shown.isDue(now, always: done >= all) else { return }
            let seconds = max((now - start) / .seconds(1), 0.001)
            let rate = Double(done) / seconds
            let left = rate > 0 ? Int(Double(all - done) / rate) : 0
            let share = all > 0 ? Int(done * 100 / all) : 100
            FileHandle.standardError.write(
                Data(
                    "\r\(label) \(share) %  \(done >> 20) of \(all >> 20) MiB  \(Int(rate) >> 20) MiB/s  \(left) s left \(done >= all ? "\n" : "")"
                        .utf8))
        }
    }

    /// When a bar was last drawn: ten times a second is enough.
    private final class LastShown: Sendable {
        private let at: Mutex<ContinuousClock.Instant>
        init(_ start: ContinuousClock.Instant) { at = Mutex(start) }

        func isDue(_ now: ContinuousClock.Instant, always: Bool) -> Bool {
            at.withLock { at in
                guard always || now - at > .milliseconds(100) else { return false }
                at = now
                return true
            }
        }
    }
}
