// SPDX-License-Identifier: Apache-2.0

import Court
import Node
import Standards
import Web

/// One package: the verdict first, then what to do, who held it, what is in it.
struct PackagePage {
    static let exhibitsPerPage = 100

    let scene: Scene
    let view: PackageView
    /// From 1.
    let page: Int
    /// What was done just now.
    let done: String?
    var faults = FormFaults()

    init(scene: Scene, view: PackageView, page: Int, done: String?) {
        self.scene = scene
        self.view = view
        self.page = page
        self.done = done
    }

    private var strings: Strings { scene.strings }
    private var figures: Figures { scene.figures }
    private var path: String { "/files/\(view.ref)/evidence/\(view.digest)" }
    private var zone: String? { scene.names.zone(view.counterpart) }
    private var us: StateCode { scene.node.state }

    var title: String {
        strings("package.title", ["count": strings.count("package.exhibits", view.count, figures), "ref": "\(view.ref)"])
    }

    var fields: Fields {
        var fields: Fields = [
            "ref": view.ref.description, "filePath": "/files/\(view.ref)", "listPath": "/files/\(view.ref)/evidence", "path": path,
            "heading": scene.phrase(
                view.outgoing ? "package.heading.out" : "package.heading.in",
                [
                    "who": scene.names.phrase(view.counterpart),
                    "count": .words(strings.count("package.exhibits", view.count, figures)),
                ]),
            "name": Text.safe(view.name, limit: 200), "size": figures.size(view.size),
            "bytes": strings("package.bytes", ["count": figures.count(view.size)]), "stage": EvidenceList.stage(view.stage, strings),
            "created": scene.times.fields(view.created, theirs: zone), "digest": view.digest, "hasDone": doneText != nil,
            "done": doneText ?? "", "conditions": view.conditions.map { Text.safe($0, limit: 600) },
            "hasConditions": !view.conditions.isEmpty, "isWithheld": view.isWithheld,
        ]
        fields.merge(verdict, uniquingKeysWith: { $1 })
        fields.merge(actions, uniquingKeysWith: { $1 })
        fields.merge(exhibits, uniquingKeysWith: { $1 })
        fields.merge(faults.fields(["accept"]), uniquingKeysWith: { $1 })
        // Single looks stand in the list of who looked.
        fields["custody"] = view.custody.filter { ![.previewed, .downloaded].contains($0.kind) }
            .map { CustodyPiece(scene: scene, zone: zone).fields($0) }
        let gaps = view.custody.count { $0.kind == .gap }
        fields["gaps"] = gaps == 0 ? strings("custody.no-gap") : strings.count("custody.gaps", gaps, figures)
        fields["hasGaps"] = gaps > 0
        fields["zoneWords"] = strings("custody.zone", ["zone": Text.safe(scene.times.zone, limit: 60)])
        fields["checks"] = checks
        fields["hasStamp"] = view.stamp != nil
        fields["isStamped"] = view.stamp?.given != nil
        if let given = view.stamp?.given {
            fields["stampAt"] = scene.times.fields(given.at, theirs: zone)
            fields["stampBy"] = strings("package.stamp.by", ["authority": Text.safe(given.authority, limit: 200)])
        }
        fields["stampSays"] = Text.safe(view.stamp?.says ?? "", limit: 300)
        fields["hasSigned"] = view.signed != nil
        fields["signed"] = signed
        fields["access"] = view.access.prefix(50).map { item -> Fields in
            [
                "says": strings(
                    item.exhibit == nil ? "access.\(item.kind)" : "access.\(item.kind).exhibit",
                    ["exhibit": item.exhibit.map { figures.count($0) } ?? ""]), "officer": Text.safe(item.officer, limit: 80),
                "at": scene.times.fields(item.at, theirs: zone),
            ]
        }
        fields["hasAccess"] = !view.access.isEmpty
        fields["auditPath"] = "/register?file=\(view.ref)"
        fields["mayAudit"] = scene.may(.readRegister)
        return fields
    }

    private var doneText: String? {
        guard let done, ["supplied", "prepared", "opened"].contains(done) else { return nil }
        return strings("package.done.\(done)")
    }

    // MARK: Verdict and what to do

    private var verdict: Fields {
        let (look, icon): (String, String) =
            switch view.verdict {
            case .ours: ("verdict--open", "seal")
            case .open: ("verdict--open", "open")
            case .valid: ("verdict--valid", "shield")
            case .notValid: ("verdict--not", "shield-no")
            }
        let bad = view.exhibits.filter { $0.state != "intact" }
        let title: String =
            switch view.verdict {
            case .ours: strings("verdict.title.ours.\(view.stage)")
            case .open: strings(view.stage == "supplied" ? "verdict.title.arriving" : "verdict.title.open")
            case .valid: strings("verdict.title.valid")
            case .notValid where bad.isEmpty: strings("verdict.title.not-valid")
            case .notValid:
                strings(
                    "verdict.title.exhibits",
                    ["bad": figures.count(bad.count), "all": strings.count("package.exhibits", view.exhibits.count, figures)])
            }
        return [
            "verdictLook": look, "verdictIcon": icon, "verdictTitle": title,
            "verdictSays": strings("verdict.says.\(view.verdict == .ours ? "ours." + view.stage : verdictKey)"),
            "sentence": Text.safe(view.sentence, limit: 500), "hasSentence": !view.sentence.isEmpty && view.verdict == .notValid,
            "isArriving": view.verdict == .open && view.stage == "supplied",
            "partsHere": view.partsHere, "partsAll": view.partsAll,
            "parts": strings("package.parts", ["here": figures.count(view.partsHere), "all": figures.count(view.partsAll)]),
            "findings": view.findings.prefix(20).map { Text.safe($0, limit: 500) },
            "hasFindings": !view.findings.isEmpty,
        ]
    }

    private var verdictKey: String { view.verdict == .open && view.stage == "supplied" ? "arriving" : view.verdict.rawValue }

    private var actions: Fields {
        let waits = view.pending
        let isRunning = view.task?.state == .running
        let mayReceive = !view.outgoing && view.stage == "complete" && scene.may(.answer) && waits == nil && !isRunning
        let mayOpen = view.stage == "received" && !view.outgoing && view.verdict == .valid && scene.may(.openEvidence)
        return [
            "isRunning": isRunning, "taskPath": view.task.map { "/tasks/\($0.id)" } ?? "", "isPending": waits != nil,
            "pending": Text.safe(waits ?? "", limit: 80),
            "mayReceive": mayReceive && view.verdict != .notValid, "mayReceiveAgain": mayReceive && view.verdict == .notValid,
            "maySupply": view.outgoing && view.stage == "sealed" && scene.may(.answer) && waits == nil,
            "asksAgain": view.verdict == .notValid,
            "askWords": scene.phrase("package.ask", ["who": scene.names.phrase(view.counterpart)]),
            "mayOpen": mayOpen && !view.isOpened, "isOpened": mayOpen && view.isOpened,
            "supplyWords": scene.phrase("package.supply", ["who": scene.names.phrase(view.counterpart)]),
        ]
    }

    // MARK: Exhibits

    private var exhibits: Fields {
        let pages = max(1, (view.exhibits.count + Self.exhibitsPerPage - 1) / Self.exhibitsPerPage)
        let page = min(max(1, page), pages)
        let shown = view.exhibits.dropFirst((page - 1) * Self.exhibitsPerPage).prefix(Self.exhibitsPerPage)
        return [
            "hasExhibits": !view.exhibits.isEmpty, "exhibits": shown.map(exhibit), "isPaged": pages > 1,
            "pageOf": strings("queue.page", ["page": figures.count(page), "pages": figures.count(pages)]), "hasEarlier": page > 1,
            "earlier": "\(path)?page=\(page - 1)", "hasLater": page < pages, "later": "\(path)?page=\(page + 1)",
            "noExhibits": strings(view.outgoing ? "package.exhibits.none" : "package.exhibits.sealed"),
        ]
    }

    private func exhibit(_ exhibit: PackageView.Exhibit) -> Fields {
        let isGood = exhibit.state == "intact"
        let isOurs = view.verdict == .ours
        let name = exhibit.name.isEmpty ? strings("package.exhibit.withheld") : Text.safe(exhibit.name, limit: 200)
        let canLook = view.isOpened && isGood && exhibit.number > 0 && scene.may(.openEvidence) && view.verdict == .valid
        return [
            "number": exhibit.number > 0 ? figures.count(exhibit.number) : strings("package.exhibit.none"), "name": name,
            "size": figures.size(exhibit.size), "bytes": strings("package.bytes", ["count": figures.count(exhibit.size)]),
            "short": exhibit.expected.isEmpty ? "" : "\(exhibit.expected.prefix(4))…\(exhibit.expected.suffix(4))",
            "hash": exhibit.expected, "hasHash": !exhibit.expected.isEmpty, "found": exhibit.found ?? "",
            "differs": !isGood && exhibit.found != nil && exhibit.found != exhibit.expected, "isBad": !isGood,
            "mark": [
                "look": isOurs ? "" : isGood ? "mark--yes" : "bad", "icon": isOurs ? "seal" : isGood ? "met" : "no",
                "word": strings(isOurs ? "exhibit.sealed" : "exhibit.\(exhibit.state)"),
            ] as Fields,
            "note": Text.safe(exhibit.note, limit: 400), "hasNote": !exhibit.note.isEmpty,
            "flags": exhibit.flags.map { strings("flag.\($0.rawValue)") }, "hasFlags": !exhibit.flags.isEmpty,
            "mayPreview": canLook && exhibit.flags.isEmpty, "mayTake": canLook,
            "previewPath": "\(path)/preview?exhibit=\(exhibit.number)", "takePath": "\(path)/exhibits/\(exhibit.number)",
        ]
    }

    // MARK: What was checked

    private var checks: [Fields] {
        func check(_ key: String, _ outcome: Bool?, _ detail: String = "") -> Fields {
            let (look, icon) = outcome.map { $0 ? ("yes", "met") : ("no", "no") } ?? ("open", "open")
            return [
                "look": look, "icon": icon, "label": strings("check.\(key)"),
                "outcome": detail.isEmpty ? strings(outcome.map { $0 ? "check.holds" : "check.fails" } ?? "check.open") : detail,
            ]
        }
        guard view.verdict == .valid || view.verdict == .notValid else {
            return ["seal", "signature", "content", "file"].map { check($0, nil) }
        }
        let good = view.exhibits.count { $0.state == "intact" }
        let isSigned = view.isSignerKnown && !has("signature", "statement", "signer")
        func has(_ codes: String...) -> Bool { view.findings.contains { finding in codes.contains { finding.hasPrefix($0) } } }
        let content: Bool? = view.exhibits.isEmpty ? nil : good == view.exhibits.count
        return [
            check("seal", !has("envelope", "archive")),
            check("signature", isSigned, isSigned ? signatures : ""),
            check(
                "content", content,
                content == nil
                    ? "" : strings("check.of", ["good": figures.count(good), "all": figures.count(view.exhibits.count)])),
            check("file", view.belongs),
        ]
    }

    /// Which signatures hold; empty when none does, or when that was not kept.
    private var signatures: String {
        let names = view.signatures.filter { $0.state == "held" }.map(\.name)
        guard !names.isEmpty else { return "" }
        return strings(
            names.count > 1 ? "check.signatures.both" : "check.signatures.one",
            ["first": Text.safe(names[0], limit: 40), "second": Text.safe(names.last ?? "", limit: 40)])
    }

    private var signed: Fields {
        guard let signed = view.signed else { return [:] }
        return [
            "authority": Text.safe(signed.authority, limit: 200), "officer": Text.safe(signed.officer, limit: 80),
            "at": scene.times.fields(scene.times.local(signed.at), theirs: zone),
            "authorisation": Text.safe(signed.authorisation, limit: 800),
            "hasAuthorisation": !signed.authorisation.isEmpty, "tool": Text.safe(signed.tool, limit: 80),
        ]
    }
}

/// A piece of the strip of custody.
struct CustodyPiece {
    let scene: Scene
    let zone: String?

    func fields(_ step: CustodyStep) -> Fields {
        let strings = scene.strings
        let isGap = step.kind == .gap
        let who = step.who == "node" ? strings("custody.node") : Text.safe(step.who, limit: 120)
        let (look, icon): (String, String) =
            switch step.state {
            case .done: ("", "check")
            case .failed: ("failed", "x")
            case .waiting: ("waiting", "open")
            case .missing: ("gap", "gap")
            }
        let word: String =
            isGap
            ? strings("custody.gap")
            : strings(
                step.state != .failed
                    ? "custody.\(step.kind.rawValue)" : step.kind == .verified ? "custody.verified.failed" : "custody.noted.failed",
                ["what": strings("custody.\(step.kind.rawValue)")])
        return [
            "look": look, "icon": icon, "word": word,
            "who": isGap ? strings("custody.nobody") : step.state == .waiting ? strings("custody.not-yet") : who,
            "hasState": step.by != nil, "state": step.by.map { scene.names.fields($0) } ?? [:], "hasTime": step.at != nil,
            "at": step.at.map { scene.times.fields($0, theirs: zone) } ?? [:], "place": Text.safe(step.place, limit: 120),
            "hasPlace": !step.place.isEmpty, "isGap": isGap,
            "why": Text.safe(step.why, limit: 200), "hasWhy": !step.why.isEmpty,
            "seal": strings("custody.seal", ["seal": Text.safe(step.seal, limit: 120)]),
            "hasSeal": !step.seal.isEmpty,
            "length": step.length.map { scene.figures.span(milliseconds: $0) } ?? strings("custody.unknown-length"),
        ]
    }
}
