// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Law
import Node
import Standards
import Web

/// What the rules say about a draft: three groups, each finding with its article, how far that was verified, and the way to
/// the field.
struct CheckPage {
    static let shown = 60

    let page: DraftPage

    private var strings: Strings { page.strings }
    private var view: DraftView { page.view }

    /// - Parameters:
    ///   - problem: why a rule could not be set aside.
    ///   - rule: the one it is about.
    ///   - reason: what was typed.
    func response(problem: ComityError? = nil, rule: String = "", reason: String = "") throws(ComityError) -> Response {
        let groups = Finding.Level.allCases.map { level -> Fields in
            let found = view.findings.filter { $0.level == level }
            return [
                "id": level.rawValue, "title": strings("check.\(level.rawValue)"), "count": page.scene.figures.count(found.count),
                "findings": found.prefix(Self.shown).enumerated().map { number, found in
                    finding(found, number: number, problem: found.rule == rule ? problem : nil, reason: found.rule == rule ? reason : "")
                }, "hasFindings": !found.isEmpty, "hasMore": found.count > Self.shown,
                "more": strings("check.more", ["count": page.scene.figures.count(found.count - Self.shown)]),
            ]
        }
        let musts = view.findings.filter(\.blocks)
        let shoulds = view.findings.count { $0.level == .should }
        let unread = view.form?.unread.count ?? 0
        let first = musts.lazy.compactMap { page.place(of: $0) }.first ?? unreadPlace
        var fields = page.frame(here: nil)
        fields["groups"] = groups
        fields["isReady"] = view.isComplete
        fields["verdict"] =
            view.isComplete
            ? strings("check.ready") : strings.count("check.not-ready", musts.count + unread, page.scene.figures)
        fields["says"] =
            view.isComplete ? strings("check.ready.says") : strings.count("check.not-ready.says", shoulds, page.scene.figures)
        fields["hasUnread"] = unread > 0
        fields["unread"] = strings.count("check.unread", unread, page.scene.figures)
        fields["unreadPath"] = unreadPlace.map { page.address(of: $0) } ?? page.path
        fields["hasFirst"] = first != nil && page.isOpen
        fields["first"] = strings("check.start", ["field": first.map { page.words(of: $0) } ?? ""])
        fields["firstGo"] = strings("check.go", ["field": first.map { page.words(of: $0) } ?? ""])
        fields["firstPath"] = first.map { page.address(of: $0) } ?? page.path
        fields["at"] = strings(
            "check.at",
            [
                "time": page.scene.times.fields(page.scene.now, theirs: nil)["time"] as? String ?? "",
                "versions": versions,
            ])
        fields["completeness"] = completeness
        fields["hasRoute"] = !view.route.open
        fields["route"] = Text.safe(view.route.why, limit: 300)
        fields["aside"] = "\(page.path)/check"
        let fault = view.findings.firstIndex { $0.rule == rule }.map { _ in "aside-\(rule)" }
        fields.merge(FormProblem.fields(problem, field: fault)) { $1 }
        let title = strings("check.title", ["type": strings("type.\(view.type.rawValue)")])
        return try page.scene.pages.show(
            "request-check", fields, page.scene,
            title: view.isComplete && problem == nil ? title : strings("problem.title", ["what": title]), here: "",
            status: problem == nil ? .ok : .unprocessableContent)
    }

    private var versions: String {
        let law = page.scene.node.law
        let used = [view.instrument, "house"].compactMap { $0 }
        return used.compactMap { id in law.instrument(id).map { "\(id) \($0.version)" } }.joined(separator: strings("list.and"))
    }

    private var unreadPlace: FormCatalogue.Place? {
        (view.form?.unread ?? [:]).keys.sorted().lazy.compactMap { page.scene.pages.resources.catalogue.place(of: $0, in: page.sections) }
            .first
    }

    /// Whether this officer may set the rule aside now, and what stands in the way when a colleague may.
    private func aside(_ finding: Finding) -> (may: Bool, colleague: Bool) {
        let (scene, isOpen) = (page.scene, view.state != .authorised || page.isOpen)
        guard isOpen, finding.level != .note, finding.override != .never else { return (false, false) }
        let isApprover = scene.session.role == "approver"
        guard finding.override == .any ? scene.may(.draft) || scene.may(.approve) : isApprover else {
            return (false, scene.may(.draft))
        }
        return (true, false)
    }

    private func finding(_ finding: Finding, number: Int, problem: ComityError?, reason: String) -> Fields {
        let icon =
            switch finding.level {
            case .must: "alert"
            case .should: "tri"
            case .note: "info"
            }
        let place = page.place(of: finding)
        let isHouse = finding.tag == .house
        return [
            "level": finding.level.rawValue, "word": strings("check.word.\(finding.level.rawValue)"), "icon": icon,
            "says": Text.safe(finding.says, limit: 400), "hasDetail": finding.detail != nil,
            "detail": Text.safe(finding.detail ?? "", limit: 400), "mend": Text.safe(finding.mend, limit: 400),
            "hasMend": finding.level != .note, "article": Article.words(finding.article, strings), "unverified": finding.unverified,
            "isVerified": !finding.unverified, "verified": strings(isHouse ? "check.house" : "check.verified"),
            "hasPlace": place != nil && page.isOpen, "path": place.map { page.address(of: $0) } ?? "",
            "go": strings("check.go", ["field": place.map { page.words(of: $0) } ?? ""]), "decision": finding.decision,
        ].merging(asideFields(finding, number: number, problem: problem, reason: reason)) { $1 }
    }

    /// A rule that was set aside, or the form that does it. The id of a form is the rule's, once on the page.
    private func asideFields(_ finding: Finding, number: Int, problem: ComityError?, reason: String) -> Fields {
        let (aside, isFirst) = (aside(finding), view.findings.first { $0.rule == finding.rule } == finding)
        return [
            "isAside": finding.setAside != nil,
            "asideSays": page.scene.phrase(
                "check.aside.says",
                [
                    "who": .outside(Text.safe(finding.setAside?.by ?? "", limit: 80)),
                    "reason": .outside(Text.safe(finding.setAside?.reason ?? "", limit: 4000)),
                ]),
            "canAside": aside.may && finding.setAside == nil && isFirst, "canUndo": aside.may && finding.setAside != nil && isFirst,
            "isForApprover": aside.colleague && finding.setAside == nil, "rule": finding.rule, "isAsideOpen": problem != nil,
            "hasAsideProblem": problem != nil, "asideProblem": Text.safe(problem?.what ?? "", limit: 300),
            "reason": PageText.verbatim(reason),
        ]
    }

    /// The contents that the law asks for, there or missing.
    private var completeness: [Fields] {
        let missing = Set(view.findings.filter(\.blocks).compactMap { $0.field.split(separator: ".").first.map(String.init) })
        return page.sections.flatMap(\.fields).compactMap { field in
            let demands = page.scene.node.law.demands(on: field.path, type: view.type.rawValue).filter { $0.level == .must }
            guard let rule = demands.first else { return nil }
            let isThere = !missing.contains(field.name) && view.content[field.name]?.isEmpty == false
            return [
                "label": field.label(strings), "look": isThere ? "yes" : "no", "icon": isThere ? "met" : "no",
                "word": strings(isThere ? "check.completeness.yes" : "check.completeness.no"), "article": Article.words(rule.cite, strings),
            ]
        }
    }
}
