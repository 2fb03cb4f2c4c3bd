// SPDX-License-Identifier: Apache-2.0

import Dossier
import Law
import Node
import Standards

/// One file or draft: what it is, how it stands, what happened, what is possible.
struct FilePage {
    let scene: Scene
    let view: FileView

    private var strings: Strings { scene.strings }
    private var isDraft: Bool { view.id == nil }
    private var us: StateCode { scene.node.state }

    var fields: Fields {
        let title = Text.safe(view.title, limit: 200)
        let request = RequestContent(scene: scene, ref: view.ref, content: view.content)
        let timeline = Timeline(scene: scene, view: view)
        let tlp = view.content["tlp"]?.string ?? ""
        return [
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
            "acts": timeline.lines, "hasActs": !view.acts.isEmpty, "moreActs": timeline.more, "hasMoreActs": !timeline.more.isEmpty,
            "actCount": scene.figures.count(view.acts.count), "links": links, "hasLinks": !view.links.isEmpty,
            "packages": packages, "hasPackages": !view.packages.isEmpty, "findings": findings, "hasFindings": !view.findings.isEmpty,
            "findingCount": scene.figures.count(view.findings.count), "possible": possible,
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
                "name": Text.safe(package.name, limit: 160), "size": scene.figures.size(package.size),
                "bytes": strings("package.bytes", ["count": scene.figures.count(package.size)]),
                "exhibits": strings.count("package.exhibits", package.exhibits, scene.figures), "stage": strings("package.stage.\(stage)"),
                "look": stage == "received" ? "tag--ok" : stage == "complete" ? "tag--here" : "",
                "parts": strings(
                    "package.parts", ["here": scene.figures.count(package.partsHere), "all": scene.figures.count(package.partsAll)]),
                "sha256": Text.safe(package.sha256, limit: 64),
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

    /// What this side can do now, and why the rest is not possible.
    private var possible: Fields {
        let next = try? scene.node.workItem(view.ref, officer: scene.session.officer)?.next
        let values: [String: Phrase.Value] = ["who": scene.names.phrase(view.counterpart)]
        let refused =
            isDraft
            ? []
            : view.steps.filter { !$0.possible || !$0.ours }.prefix(60).map { step -> Fields in
                [
                    "step": strings("next.\(step.kind.rawValue)"),
                    "reason": step.ours
                        ? Phrase([.outside([step.why, step.next].compactMap { $0 }.joined(separator: " "))])
                        : scene.phrase("possible.theirs", values),
                ]
            }
        return [
            "step": strings("next.\(next?.step ?? "none")"),
            "whose": scene.phrase("possible.\(next?.step == "deliver" ? "deliver" : next?.whose.rawValue ?? "nobody")", values),
            "isOurs": next?.whose == .us,
            "commands": view.next.map { Text.safe($0, limit: 400) }, "hasCommands": !view.next.isEmpty,
            "isNone": view.next.isEmpty && next?.whose != .us, "refused": refused,
            "hasRefused": !refused.isEmpty,
        ]
    }
}
