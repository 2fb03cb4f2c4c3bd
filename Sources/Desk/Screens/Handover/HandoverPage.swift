// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// The handover in hand: being written, waiting for the second signature, or not there because nobody has the duty.
struct HandoverPage {
    let scene: Scene
    let handover: Handover?
    let log: ShiftLog
    let due: [QueueItem]
    let typed: HandoverNotes?
    let needsCode: Bool

    /// - Parameter typed: what was written in the form that could not be kept.
    init(_ scene: Scene, typed: HandoverNotes?) throws(ComityError) {
        self.scene = scene
        self.typed = typed
        let officer = scene.session.officer
        handover = try scene.node.handoverInHand(officer: officer)
        log = try scene.node.shiftLog(officer: officer)
        due = try scene.node.dueNextShift(officer: officer)
        needsCode = try scene.node.confirmsWithCode(officer)
    }

    private var strings: Strings { scene.strings }
    private var figures: Figures { scene.figures }

    var fields: Fields {
        guard let handover else { return ["isNone": true, "canTake": scene.may(.answer)] }
        let isMine = handover.officer == scene.session.officer
        let isSigned = handover.signed != nil
        // What was typed and could not be kept comes before what was kept.
        let notes = typed ?? handover.text?.notes ?? handover.notes ?? HandoverDraft(scene: scene, log: log, due: due).notes
        var fields: Fields = [
            "isNone": false, "lede": lede(handover), "isWriting": isMine && !isSigned, "isWaiting": isMine && isSigned,
            "isOffered": !isMine && isSigned, "isElsewhere": !isMine && !isSigned, "canTake": scene.may(.answer),
            "needsCode": needsCode, "hash": handover.hash ?? "", "stats": stats, "due": due.prefix(20).map(dueLine), "hasDue": !due.isEmpty,
            "from": Text.safe(handover.name, limit: 60), "isSigned": isSigned, "me": meFields,
            "signed": handover.signed.map { scene.times.fields($0, theirs: nil) } ?? [:], "next": next,
            "isFilled": typed == nil && handover.notes == nil && isMine,
            "wasSaved": handover.saved != nil && !isSigned,
            "savedAt": handover.saved.map { strings("handover.saved-at", ["time": scene.times.short($0, now: scene.now)]) } ?? "",
        ]
        fields.merge(Self.notes(notes, strings)) { $1 }
        return fields
    }

    private var meFields: Fields {
        [
            "officer": Text.safe(scene.session.officer, limit: 80), "name": Text.safe(scene.session.name, limit: 80),
            "role": strings("role.\(scene.session.role)"),
        ]
    }

    /// The parts of the text for the form, and as paragraphs for reading.
    static func notes(_ notes: HandoverNotes, _ strings: Strings) -> Fields {
        let parts = [
            ("situation", notes.situation, "3"), ("background", notes.background, "8"), ("assessment", notes.assessment, "3"),
            ("recommendation", notes.recommendation, "3"),
        ]
        return [
            "parts": parts.map { name, text, rows -> Fields in
                // Each line is made safe by itself: an end of line stays one.
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                return [
                    "name": name, "label": strings("handover.\(name)"), "why": strings("handover.\(name).why"),
                    "value": lines.map(String.init),
                    "rows": "\(min(20, max(Int(rows) ?? 3, lines.count + 1)))", "lines": lines.map(String.init),
                    "isEmpty": text.allSatisfy(\.isWhitespace),
                ]
            }
        ]
    }

    private func lede(_ handover: Handover) -> Phrase {
        scene.phrase(
            "handover.lede",
            ["who": .outside(Text.safe(handover.name, limit: 60)), "since": .words(scene.times.text(scene.times.local(handover.began)))])
    }

    private var stats: [Fields] {
        [
            ("acts-in", figures.count(log.actsIn)), ("acts-out", figures.count(log.actsOut)), ("decisions", figures.count(log.decisions)),
            ("calls", figures.count(log.calls)), ("quarantined", figures.count(log.quarantined)),
            ("acknowledged", log.acknowledgedAfter.map { figures.span(milliseconds: $0) } ?? strings("handover.none")),
        ].map { ["label": strings("handover.stat.\($0.0)"), "value": $0.1] }
    }

    private func dueLine(_ item: QueueItem) -> Fields {
        [
            "clock": ClockFace(scene, item.clock, state: item.state, counterpart: item.counterpart).fields, "ref": item.ref.description,
            "path": "/files/\(item.ref)", "next": strings("next.\(item.next.step)"),
        ]
    }

    /// Who comes next by the roster.
    private var next: String {
        let lines = (try? scene.node.roster(from: scene.now, to: scene.now.adding(milliseconds: 86_400_000), officer: nil)) ?? []
        let next = lines.first { $0.layer == .primary && $0.start > scene.now && $0.officer != handover?.officer }
        return next.map { Text.safe($0.name, limit: 60) } ?? strings("handover.somebody")
    }

    // MARK: Those that were signed

    static func line(_ handover: Handover, _ scene: Scene) -> Fields {
        [
            "path": "/handovers/\(handover.shift)", "from": Text.safe(handover.name, limit: 60),
            "to": Text.safe(handover.takerName ?? "", limit: 60), "began": scene.times.fields(handover.began, theirs: nil),
            "taken": handover.taken.map { scene.times.fields($0, theirs: nil) } ?? [:], "isIntact": handover.isIntact,
        ]
    }

    static func kept(_ handover: Handover, _ scene: Scene) -> Fields {
        let strings = scene.strings
        var fields = line(handover, scene)
        fields["hash"] = handover.hash ?? ""
        fields["signed"] = handover.signed.map { scene.times.fields($0, theirs: nil) } ?? [:]
        guard let text = handover.text else { return fields }
        let figures = text.figures
        fields.merge(notes(text.notes, strings)) { $1 }
        fields["stats"] = [
            ("acts-in", figures.actsIn), ("acts-out", figures.actsOut), ("decisions", figures.decisions), ("calls", figures.calls),
            ("quarantined", figures.quarantined), ("owed", figures.owed), ("call-backs", figures.callBacks),
        ].map { ["label": strings("handover.stat.\($0.0)"), "value": scene.figures.count($0.1)] as Fields }
        fields["hasDue"] = !text.due.isEmpty
        fields["due"] = text.due.prefix(100).map { due -> Fields in
            [
                "ref": due.ref.description, "path": "/files/\(due.ref)", "at": scene.times.fields(due.due, theirs: nil),
                "says": Text.safe(due.says, limit: 400), "next": strings("next.\(due.step)"),
            ]
        }
        return fields
    }
}
