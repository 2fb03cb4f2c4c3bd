// SPDX-License-Identifier: Apache-2.0

import Dossier
import Law
import Node
import Standards
import Web

/// One file or draft: what it is, how it stands, what happened, what is possible.
struct FilePage {
    /// The parts of the page, each with an address of its own.
    enum Part: String, CaseIterable { case summary, correspondence, evidence, audit }

    let scene: Scene
    let view: FileView
    var part = Part.summary
    /// Of the acts, from 1: the newest.
    var page = 1
    /// Steps for the officer who looks; nil takes those of the view, for whoever may act.
    var steps: [StepLine]?
    var prepared: PreparedStep?
    /// What was done on the page before.
    var done: Fields = ["hasDone": false]
    /// What the other parts show.
    var more: Fields = [:]

    private var strings: Strings { scene.strings }
    private var isDraft: Bool { view.id == nil }
    private var us: StateCode { scene.node.state }

    var fields: Fields {
        let title = Text.safe(view.title, limit: 200)
        let request = RequestContent(scene: scene, view: view)
        let timeline = Timeline(scene: scene, view: view, page: page)
        let tlp = view.content["tlp"]?.string ?? ""
        let isSummary = part == .summary || isDraft
        var fields: Fields = [
            "ref": view.ref.description, "title": title.allSatisfy(\.isWhitespace) ? strings("file.untitled") : title,
            "state": StateTag(view.state, strings).fields, "type": strings("type.\(view.type.rawValue)"), "isDraft": isDraft,
            "icon": view.side == .requested ? "in" : "out", "direction": strings("direction.\(view.side.rawValue)"),
            "hasTLP": !tlp.isEmpty, "tlp": Text.safe(tlp, limit: 20), "with": scene.names.fields(view.counterpart),
            "requesting": scene.names.fields(view.side == .requesting ? us : view.counterpart),
            "requested": scene.names.fields(view.side == .requesting ? view.counterpart : us),
            "article": view.article.isEmpty ? strings("file.no-article") : Article.words(view.article, strings),
            "band": request.band, "content": request.rows, "identifiers": request.identifiers, "hasIdentifiers": request.hasIdentifiers,
            "hasContent": !request.rows.isEmpty, "moreIdentifiers": request.moreIdentifiers,
            "hasMoreIdentifiers": !request.moreIdentifiers.isEmpty,
            "clocks": view.clocks.map { ClockFace(scene, $0, state: view.state, counterpart: view.counterpart).fields },
            "hasClocks": !view.clocks.isEmpty,
            "acts": isSummary ? timeline.lines : [], "hasActs": !view.acts.isEmpty, "paging": timeline.paging,
            "actCount": scene.figures.count(view.acts.count), "links": links, "hasLinks": !view.links.isEmpty,
            "packages": packages, "hasPackages": !view.packages.isEmpty, "findings": findings, "hasFindings": !view.findings.isEmpty,
            "findingCount": scene.figures.count(view.findings.count), "possible": isDraft ? draftPossible : actions.fields,
            "hasComment": view.comment != nil, "comment": Text.safe(view.comment ?? "", limit: 4000),
            "withheld": view.contentWithheld, "mayBreakGlass": view.contentWithheld && scene.may(.breakGlass),
            "glassPath": "/files/\(view.ref)/glass", "isSummary": isSummary, "isCorrespondence": part == .correspondence && !isDraft,
            "isEvidence": part == .evidence && !isDraft, "isAudit": part == .audit && !isDraft, "tabs": tabs,
            "hasSide": isSummary || part == .correspondence,
        ]
        waiting(&fields)
        spokenCode(&fields)
        fields.merge(done) { $1 }
        fields.merge(more) { $1 }
        return fields
    }

    private var actions: FileActions {
        FileActions(
            scene: scene, view: view, steps: steps ?? view.steps, next: scene.item(view.ref)?.next,
            waits: view.pending != nil)
    }

    private var tabs: [Fields] {
        let counts: [Part: Int] = [
            .summary: view.acts.count, .correspondence: Correspondence(scene: scene, view: view, notes: []).count,
            .evidence: view.packages.count,
        ]
        return Part.allCases.filter { $0 != .audit || scene.may(.readRegister) }.map { part -> Fields in
            [
                "path": part == .summary ? "/files/\(view.ref)" : "/files/\(view.ref)?part=\(part.rawValue)",
                "word": strings("file.part.\(part.rawValue)"), "isHere": part == self.part, "hasCount": counts[part] != nil,
                "count": scene.figures.count(counts[part] ?? 0),
            ]
        }
    }

    /// The step that waits for a second person, with everything it will say.
    private func waiting(_ fields: inout Fields) {
        fields["hasPrepared"] = prepared != nil
        guard let prepared else { return }
        let details = ActWords(scene: scene).details(prepared.kind, prepared.body)
        let isOwn = prepared.officer == scene.session.officer
        fields["prepared"] =
            [
                "act": strings("next.\(prepared.kind.rawValue)"), "officer": Text.safe(prepared.officer, limit: 80),
                "at": scene.times.fields(prepared.created, theirs: nil), "details": details, "hasDetails": !details.isEmpty,
                "mayApprove": scene.may(.approve) && !isOwn, "isOwn": isOwn, "mayDiscard": scene.may(.answer),
                "cannot": !scene.may(.approve) && !isOwn, "approvePath": "/files/\(view.ref)/prepared/approve",
                "discardPath": "/files/\(view.ref)/prepared/discard",
                "stamp": prepared.created.description,
                "approvers": Permission.approve.roles.map { strings("role.\($0)") }.joined(separator: strings("list.or")),
            ] as Fields
    }

    /// What we say when the other State calls back about an emergency.
    private func spokenCode(_ fields: inout Fields) {
        let shows = view.type == .emergency && view.side == .requesting && view.acts.first?.kind == .request
        fields["hasSpokenCode"] = shows
        fields["spokenCode"] = shows ? SpokenCode.groups(of: view.acts.first?.hash ?? "") : []
    }

    /// A draft is worked on in its own pages; the commands say the same.
    private var draftPossible: Fields {
        let next = scene.item(view.ref)?.next
        let values: [String: Phrase.Value] = ["who": scene.names.phrase(view.counterpart)]
        return [
            "step": strings("next.\(next?.step ?? "none")"), "whose": scene.phrase("possible.\(next?.whose.rawValue ?? "nobody")", values),
            "isOurs": next?.whose == .us, "commands": view.next.map { Text.safe($0, limit: 400) }, "hasCommands": !view.next.isEmpty,
            "hasPrimary": false, "waits": false, "isFollowUp": false, "isIncoming": false, "likely": [Fields](), "hasMore": false,
            "hasRefused": false, "isNone": false, "cannotAct": false, "isOneClick": false,
        ]
    }

    private var links: [Fields] {
        view.links.prefix(50).map { link in
            [
                "ref": link.ref.description, "path": "/files/\(link.ref)", "known": link.known,
                "relation": strings("link.\(link.relation)"),
            ]
        }
    }

    private var packages: [Fields] {
        view.packages.prefix(50).map { package in
            let stage = package.stage
            return [
                "name": Text.safe(package.name, limit: 160), "packagePath": "/files/\(view.ref)/evidence/\(package.digest)",
                "size": scene.figures.size(package.size),
                "bytes": strings("package.bytes", ["count": scene.figures.count(package.size)]),
                "exhibits": strings.count("package.exhibits", package.exhibits, scene.figures), "stage": strings("package.stage.\(stage)"),
                "look": stage == "received" ? "tag--ok" : stage == "complete" ? "tag--here" : "",
                "parts": strings(
                    "package.parts", ["here": scene.figures.count(package.partsHere), "all": scene.figures.count(package.partsAll)]),
                "digest": Text.safe(package.digest, limit: 64),
                "conditions": package.conditions.prefix(64).map { Text.safe($0, limit: 400) },
                "hasConditions": !package.conditions.isEmpty,
            ]
        }
    }

    private var findings: [Fields] {
        view.findings.prefix(100).map { finding in
            let icon =
                switch finding.level {
                case .must: "alert"
                case .should: "tri"
                case .note: "info"
                }
            return [
                "level": finding.level.rawValue, "word": strings("level.\(finding.level.rawValue)"), "icon": icon,
                "says": Text.safe(finding.detail ?? finding.says, limit: 400), "mend": Text.safe(finding.mend, limit: 400),
                "article": Article.words(finding.article, strings), "unverified": finding.unverified,
                "field": Text.safe(finding.field, limit: 120), "isSetAside": finding.setAside != nil,
                "setAside": finding.setAside.map {
                    strings(
                        "finding.set-aside", ["by": Text.safe($0.by ?? "-", limit: 120), "reason": Text.safe($0.reason, limit: 400)])
                } ?? "",
            ]
        }
    }
}
