// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Law
import Node
import Standards
import Web

/// The five steps of the check of one request. What a machine can see stands beside what a person decided; nothing is ticked
/// before somebody ticks it.
struct TriagePage {
    let scene: Scene
    let view: FileView
    let triage: Triage
    let steps: [StepLine]
    let form: Form
    let problem: ComityError?
    /// The part that was kept just now.
    let kept: String?

    private var strings: Strings { scene.strings }
    private var mayAnswer: Bool { scene.may(.answer) }

    var fields: Fields {
        let title = Text.safe(view.title, limit: 200)
        let request = RequestContent(scene: scene, view: view)
        let pressing = view.clocks.first { ($0.state == .running || $0.state == .over) && $0.stopped == nil }
        var fields: Fields = [
            "ref": view.ref.description, "filePath": "/files/\(view.ref)", "action": "/files/\(view.ref)/triage",
            "title": title.allSatisfy(\.isWhitespace) ? strings("file.untitled") : title, "state": StateTag(view.state, strings).fields,
            "with": scene.names.fields(view.counterpart), "type": strings("type.\(view.type.rawValue)"), "hasClock": pressing != nil,
            "clock": ClockFace(scene, pressing, state: view.state, counterpart: view.counterpart).fields, "path": path,
            "progress": strings("triage.progress", ["done": scene.figures.count(triage.partsDone), "all": scene.figures.count(4)]),
            "mayAnswer": mayAnswer, "hasProblem": problem != nil, "problemWhat": Text.safe(problem?.what ?? "", limit: 400),
            "problemNext": Text.safe(problem?.next ?? "", limit: 400), "problemPart": form.text("part") ?? "1",
            "band": request.band, "content": request.rows, "hasContent": !request.rows.isEmpty, "isDraft": false,
            "identifiers": request.identifiers, "hasIdentifiers": request.hasIdentifiers, "hasMoreIdentifiers": false, "hasDone": false,
        ]
        let sought = (view.content["data_sought"]?.array ?? []).flatMap { $0["items"]?.array?.compactMap(\.string) ?? [] }
        fields["asks"] =
            sought.isEmpty
            ? strings("type.\(view.type.rawValue)")
            : sought.prefix(4).map { Text.safe($0, limit: 120) }.joined(separator: strings("list.and"))
        let needed = view.content.at("urgency.needed_by")?.string.flatMap { try? Instant($0) }
        fields["hasNeeded"] = needed != nil
        fields["needed"] = needed.map { scene.times.text(scene.times.local($0)) } ?? ""
        authenticity(&fields)
        completeness(&fields)
        competence(&fields)
        grounds(&fields)
        decision(&fields)
        return fields
    }

    /// The five steps with how far each is.
    private var path: [Fields] {
        let usable = triage.grounds.filter { !$0.forbidden }
        let answered = usable.count { triage.notes[Triage.Question.ground($0.id).name] != nil }
        let done: [Bool] = [
            triage.notes["authenticity"] != nil, triage.notes["completeness"] != nil, triage.notes["competence"] != nil,
            answered == usable.count, !FileActions.examining.contains(view.state),
        ]
        let here = done.firstIndex(of: false) ?? 4
        return (0..<5).map { index -> Fields in
            [
                "number": scene.figures.count(index + 1), "word": strings("triage.step.\(index + 1)"), "isDone": done[index],
                "isHere": index == here, "to": "#part-\(index + 1)",
            ]
        }
    }

    // MARK: 1 Is it really them?

    private func check(_ key: String, _ look: String, _ more: [String: String] = [:], says: Phrase? = nil) -> Fields {
        let icon = ["yes": "met", "no": "no", "open": "open", "na": "info"][look] ?? "info"
        return [
            "look": look, "icon": icon, "word": strings("triage.check.\(key)", more), "hasSays": says != nil, "says": says ?? Phrase([]),
            "shape": strings("triage.shape.\(look)"),
        ]
    }

    private func authenticity(_ fields: inout Fields) {
        let facts = triage.authenticity
        func time(_ instant: Instant?) -> Phrase.Value {
            .words(instant.map { scene.times.text(scene.times.local($0)) } ?? strings("triage.never"))
        }
        let isEmergency = view.type == .emergency
        var checks = [
            check(
                facts.signatureHolds ? "signature" : "signature.not", facts.signatureHolds ? "yes" : "no",
                says: scene.phrase(
                    "triage.check.signature.says",
                    ["officer": .outside(facts.officer), "role": .words(roleWord(facts.role)), "time": time(facts.made)])),
            check(
                facts.trust == nil ? "entry.not" : "entry", facts.trust == nil ? "no" : "yes",
                says: scene.phrase("triage.check.entry.says", ["added": time(facts.entryAdded), "issued": time(facts.entryIssued)])),
            check(
                "trust.\(facts.trust ?? "unconfirmed")", facts.trust == "confirmed" ? "yes" : "no",
                says: facts.confirmed.map {
                    scene.phrase("triage.check.trust.says", ["time": time($0), "by": .outside(facts.confirmedBy ?? "")])
                }),
            check("repeat", "yes", says: scene.phrase("triage.check.repeat.says", ["time": time(facts.arrived)])),
        ]
        let second = facts.approvedBy.isEmpty
        checks.append(
            check(
                second ? "second.not" : "second", second ? "no" : "yes",
                says: second ? nil : scene.phrase("triage.check.second.says", ["who": .outside(facts.approvedBy.joined(separator: ", "))])))
        checks.append(
            check(
                triage.calledBack ? "called" : isEmergency ? "called.not" : "called.optional",
                triage.calledBack ? "yes" : isEmergency ? "open" : "na"))
        fields["checks"] = checks
        fields["indicators"] = facts.indicators.map { indicator -> Fields in
            ["word": strings("triage.care.\(indicator.rawValue)"), "says": strings("triage.care.\(indicator.rawValue).says")]
        }
        fields["hasIndicators"] = !facts.indicators.isEmpty
        fields["showsCallback"] = isEmergency && !triage.calledBack
        fields["phone"] = Text.safe(facts.phone ?? "", limit: 40)
        fields["hasPhone"] = facts.phone != nil
        fields["tel"] = (facts.phone ?? "").filter { $0 == "+" || $0.isNumber }
        fields["spoken"] = facts.code
        fields["mayCall"] = steps.contains { $0.kind == .callBack && $0.ours && $0.possible }
        fields["callPath"] = "/files/\(view.ref)/acts/call-back"
        fields["hasOtherPhone"] = facts.phoneInRequest != nil && facts.indicators.contains(.otherPhone)
        fields["otherPhone"] = Text.safe(facts.phoneInRequest ?? "", limit: 60)
        fields["q1"] = question(.authenticity, part: 1, wanted: ["yes", "no", "unclear"])
    }

    private func roleWord(_ role: String) -> String { Roles.all.contains(role) ? strings("role.\(role)") : Text.safe(role, limit: 40) }

    // MARK: 2 and 3

    private func finding(_ finding: Finding) -> Fields {
        let icon = finding.level == .must ? "alert" : finding.level == .should ? "tri" : "info"
        return [
            "level": finding.level.rawValue, "word": strings("level.\(finding.level.rawValue)"), "icon": icon,
            "says": Text.safe(finding.detail ?? finding.says, limit: 400), "mend": Text.safe(finding.mend, limit: 400),
            "article": Article.words(finding.article, strings), "unverified": finding.unverified,
            "field": Text.safe(finding.field, limit: 120),
        ]
    }

    private func completeness(_ fields: inout Fields) {
        let found = triage.completeness
        fields["missing"] = found.prefix(60).map(finding)
        fields["hasMissing"] = !found.isEmpty
        fields["mayAsk"] = steps.contains { $0.kind == .ask && $0.ours && $0.possible }
        fields["askPath"] = "/files/\(view.ref)/acts/ask?from=check"
        fields["hasOpenItems"] = found.contains { $0.level != .note }
        fields["q2"] = question(.completeness, part: 2, wanted: ["yes", "no", "unclear"])
    }

    private func competence(_ fields: inout Fields) {
        fields["competence"] = triage.competence.prefix(30).map(finding)
        fields["hasCompetence"] = !triage.competence.isEmpty
        fields["issuer"] = Text.safe(view.content.at("authority.name")?.string ?? triage.authenticity.authority, limit: 160)
        fields["issuerID"] = Text.safe(view.content.at("authority.id")?.string ?? triage.authenticity.authority, limit: 80)
        let custodian = view.content["custodian"]
        fields["holder"] = Text.safe(custodian?["provider"]?.string ?? custodian?.string ?? strings("content.nothing"), limit: 160)
        fields["holderPlace"] = Text.safe(custodian?["location"]?.string ?? view.content["system_location"]?.string ?? "", limit: 160)
        let ours = scene.node.law.state(scene.node.state)?.authorities ?? []
        fields["authorities"] = ours.prefix(20).map { authority -> Fields in
            [
                "id": Text.safe(authority.id, limit: 40), "name": Text.safe(authority.name, limit: 160),
                "isUs": authority.id == scene.node.configuration.authority.id,
                "isCompetent": authority.mayIssue?.contains(view.type.rawValue) ?? false,
            ]
        }
        fields["hasAuthorities"] = !ours.isEmpty
        fields["mayTransfer"] = steps.contains { $0.kind == .transfer && $0.ours && $0.possible }
        fields["transferPath"] = "/files/\(view.ref)/acts/transfer"
        fields["q3"] = question(.competence, part: 3, wanted: ["yes", "no", "unclear"])
    }

    // MARK: 4 and 5

    private func grounds(_ fields: inout Fields) {
        let usable = triage.grounds.filter { !$0.forbidden }
        fields["grounds"] = usable.map { ground -> Fields in
            var line = question(.ground(ground.id), part: 4, wanted: ["no", "unclear", "yes"])
            line["saysGround"] = Text.safe(ground.says, limit: 300)
            line["article"] = Article.words(ground.cite, strings)
            line["unverified"] = ground.unverified
            line["wants"] = ground.requires.filter { $0 != "reason" }.map { strings("form.ground.requires.\($0)") }.joined(separator: " ")
            return line
        }
        fields["hasGrounds"] = !usable.isEmpty
        let forbidden = triage.grounds.filter(\.forbidden)
        fields["forbidden"] = forbidden.map { ground -> Fields in
            ["says": Text.safe(ground.says, limit: 300), "article": Article.words(ground.cite, strings), "unverified": ground.unverified]
        }
        fields["hasForbidden"] = !forbidden.isEmpty
        fields["screenOpen"] = triage.screenOpen
        fields["hasScreen"] = triage.screen != nil
        fields["screenWord"] = triage.screen.map { strings("choice.decision.\($0.rawValue)") } ?? ""
        fields["maySensitive"] = steps.contains { $0.kind == .screen && $0.ours && $0.possible }
        fields["screenPath"] = "/files/\(view.ref)/acts/screen"
    }

    private static let decisions: [ActKind] = [
        .acknowledge, .accept, .preserve, .disclose, .offerConditions, .ask, .consult, .postpone, .partlyRefuse, .refuse, .transfer,
    ]

    private func decision(_ fields: inout Fields) {
        let known = view.type.lifeCycle.kinds
        let lines = Self.decisions.filter(known.contains).compactMap { kind -> (possible: Bool, fields: Fields)? in
            guard let step = steps.first(where: { $0.kind == kind && $0.ours }) else { return nil }
            return (
                step.possible,
                [
                    "word": strings("next.\(kind.rawValue)"), "path": "/files/\(view.ref)/acts/\(kind.rawValue)",
                    "does": strings("does.\(kind.rawValue)"), "fourEyes": step.fourEyes,
                    "why": Text.safe([step.why, step.next].compactMap { $0 }.joined(separator: " "), limit: 600),
                ]
            )
        }
        fields["open"] = lines.filter(\.possible).map(\.fields)
        fields["hasOpen"] = lines.contains { $0.possible }
        fields["closed"] = lines.filter { !$0.possible }.map(\.fields)
        fields["hasClosed"] = lines.contains { !$0.possible }
        fields["consulted"] = triage.consulted
        fields["isUnfinished"] = triage.partsDone < 4
    }

    /// One question with its answers, what was typed, and what was kept before.
    private func question(_ question: Triage.Question, part: Int, wanted: [String]) -> Fields {
        let note = triage.notes[question.name]
        let typed = form.text("answer.\(question.name)") ?? note?.answer
        let key =
            switch question {
            case .ground: "ground"
            default: question.name
            }
        return [
            "part": "\(part)", "question": question.name, "answerName": "answer.\(question.name)", "reasonName": "reason.\(question.name)",
            "answers": wanted.map { answer -> Fields in
                ["value": answer, "word": strings("triage.\(key).\(answer)"), "isChecked": typed == answer]
            },
            "reason": form.text("reason.\(question.name)") ?? note?.reason ?? "", "hasNote": note != nil,
            "noteWord": note.map { strings("triage.\(key).\($0.answer)") } ?? "", "noteReason": Text.lines(note?.reason ?? "", limit: 600),
            "hasNoteReason": !(note?.reason ?? "").isEmpty, "noteBy": Text.safe(note?.by ?? "", limit: 80),
            "noteAt": note.map { scene.times.fields($0.at, theirs: nil) } ?? [:], "isKept": kept == "\(part)",
        ]
    }
}
