// SPDX-License-Identifier: Apache-2.0

import Law

@testable import Dossier

/// A small law for the tests of this room: clocks and grounds of every shape, under articles of no treaty.
func testLaw() throws -> Law {
    let types = "[\(FileType.allCases.map(\.rawValue).joined(separator: ", "))]"
    let head = "id: test\ntitle: Test\nversion: \"1\"\nsource: none\n"
    let rules = """
        article: test
        title: Test
        clocks:
          - {id: t.minimum, cite: "T8", tag: P, applies: {type: preservation}, starts: preserve.effective, length: P60D,
             remind: [P30D, P1D], held_by: {received: stored-data}, restarted_by: [extend], at_end: lapse,
             says: Kept for sixty days.}
          - {id: t.target, cite: "T2", tag: D, applies: {type: [stored-data, subscriber-information]}, starts: acknowledge.at,
             length: P120D, remind: [P30D], paused_by: [ask], resumed_by: [answer], stopped_by: [supply, refuse],
             restarted_by: [transfer], side: requested, at_end: overdue, says: Answered in 120 days.}
          - {id: t.answer, cite: "T3", tag: D, applies: {type: [stored-data, subscriber-information]}, starts: ask.at,
             length: P10D, stopped_by: [answer], side: requesting, at_end: overdue, says: Questions are answered in ten days.}
          - {id: t.retro, cite: "T4", tag: D, applies: {type: emergency}, starts: disclose.at, working_days: 5,
             stopped_by: [retroactive-process], side: requesting, at_end: overdue,
             says: The request follows in five working days.}
          - {id: t.arrest, cite: "T5", tag: D, applies: {type: provisional-arrest}, starts: arrest.arrested, length: P40D,
             remind: [P10D], held_by: {received: extradition}, stopped_by: [release], side: requesting, at_end: overdue,
             says: The full request follows in forty days.}
          - {id: t.surrender, cite: "T6", tag: D, applies: {type: extradition}, starts: grant.at, length: P30D,
             stopped_by: [surrender], side: requested, at_end: overdue, says: Surrender in thirty days.}
          - {id: t.stop, cite: "T7", tag: D, applies: {type: freezing}, starts: stop-payment.effective, length: PT72H,
             remind: [PT24H], stopped_by: [freeze, lift], side: requested, at_end: overdue, says: A stop holds 72 hours.}
          - {id: t.money, cite: "T9", tag: D, applies: {type: freezing}, starts: request.content.assets.0.moved, length: PT72H,
             stopped_by: [stop-payment], side: requested, at_end: overdue, says: Money is gone after 72 hours.}
        grounds:
          - {id: discrimination_grounds, cite: "T21", tag: M, applies: {type: \(types)}, for: [refuse],
             requires: [reason, consultation], says: Persecution is no purpose of assistance; reasons are given.}
          - {id: press_freedom, cite: "T6", tag: M, applies: {type: \(types)}, for: [refuse], requires: [reason, consultation],
             says: Expression is not suppressed.}
          - {id: dual_criminality, cite: "T22", tag: M, applies: {type: stored-data}, for: [refuse], requires: [reason],
             says: The conduct is no offence here.}
          - {id: own_case, cite: "T27", tag: M, applies: {type: \(types)}, for: [postpone], requires: [reason, consultation],
             says: It would disturb an own case.}
          - {id: bank_secrecy, cite: "T24", tag: M, applies: {type: \(types)}, for: [refuse], forbidden: true,
             says: Bank secrecy is no ground.}

        """
    return try Law(reading: [
        .init(path: "test/instrument.yaml", bytes: Array(head.utf8)),
        .init(path: "test/rules.yaml", bytes: Array((rules + "types:\n" + typeLines()).utf8)),
    ])
}

private func typeLines() -> String {
    FileType.allCases.map { "  - {id: \($0.rawValue), code: \($0.code), title: t, tag: D}\n" }.joined()
}
