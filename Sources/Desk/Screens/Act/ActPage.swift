// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Law
import Node
import Standards
import Web

/// The form of one act in one file: what it does, whose step it is, what the law says, the fields.
struct ActPage {
    let visit: Visit
    let scene: Scene
    let context: ActContext
    let step: StepLine?
    /// A consultation may be opened now, by the officer who looks.
    let mayConsult: Bool

    init(_ visit: Visit, _ kind: ActKind) throws(ComityError) {
        self.visit = visit
        let ref = try visit.ref()
        let view = try visit.node.fileView(ref, officer: visit.officer)
        guard view.id != nil else {
            throw ComityError(.wrongState, visit.strings("form.draft.what"), next: visit.strings("form.draft.next"))
        }
        scene = try visit.scene()
        context = try ActContext(scene, kind, view)
        let all = try visit.node.steps(ref, officer: visit.officer)
        mayConsult = all.contains { $0.kind == .consult && $0.ours && $0.possible }
        let steps = all.filter { $0.kind == kind }
        step = steps.first(where: \.ours) ?? steps.first
    }

    private var strings: Strings { scene.strings }
    private var kind: ActKind { context.kind }
    private var view: FileView { context.view }
    private var title: String { Timeline.step(kind, view, strings) }

    /// What was there when the form was shown: a step is not signed over the head of a new act.
    var seen: String { "\(view.acts.count)" }

    /// - Parameters:
    ///   - form: what stands in the fields.
    ///   - error: what the node said.
    ///   - more: the list that was asked to grow.
    func show(_ form: Form, problems: [FieldProblem] = [], error: ComityError? = nil, changed: Bool = false, more: String? = nil)
        throws(ComityError) -> Response
    {
        let failed = !problems.isEmpty || error != nil || changed
        let shown = strings("form.title", ["act": title, "ref": view.ref.description])
        let fieldView = ActFieldView(context: context, form: form, problems: problems, more: more)
        let status: HTTPResponse.Status =
            error.map { .init(code: $0.code.httpStatus) } ?? (changed ? .conflict : problems.isEmpty ? .ok : .unprocessableContent)
        return try visit.pages.show(
            "act", fields(fieldView.fields, problems, error, changed), scene,
            title: failed ? strings("problem.title", ["what": shown]) : shown, here: "", status: status)
    }

    private func fields(_ inputs: [Fields], _ problems: [FieldProblem], _ error: ComityError?, _ changed: Bool) -> Fields {
        let possible = step.map { $0.possible && $0.ours } ?? false
        let byName = Dictionary(context.form.fields.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let who: [String: Phrase.Value] = ["who": scene.names.phrase(view.counterpart)]
        var fields: Fields = [
            "ref": view.ref.description, "path": "/files/\(view.ref)", "action": "/files/\(view.ref)/acts/\(kind.rawValue)",
            "heading": title, "fileTitle": Text.safe(view.title, limit: 160), "does": strings("does.\(kind.rawValue)"),
            "state": StateTag(view.state, strings).fields, "with": scene.names.fields(view.counterpart), "isPossible": possible,
            "isOurs": step?.ours ?? false, "fourEyes": step?.fourEyes ?? false,
            "roles": (step?.roles ?? []).map { strings("role.\($0)") }.joined(separator: strings("list.and")),
            "hasRoles": !(step?.roles ?? []).isEmpty, "inputs": inputs, "seen": seen,
            "submit": strings(step?.fourEyes == true ? "form.submit.prepare" : "form.submit", ["act": title]),
            "clocks": view.clocks.filter { ($0.state == .running || $0.state == .over) && $0.stopped == nil }.prefix(3).map {
                ClockFace(scene, $0, state: view.state, counterpart: view.counterpart).fields
            },
            "hasProblems": !problems.isEmpty || error != nil,
            "problems": problems.map { problem -> Fields in
                ["says": problem.says, "to": byName[problem.field].map { ActFieldView.anchor($0, context) } ?? "main"]
            },
            "hasError": error != nil, "changed": changed,
            "changes": changed ? newest : [], "whoseWords": scene.phrase(step?.ours == true ? "possible.us" : "possible.theirs", who),
        ]
        if let error {
            fields["what"] = Text.safe(error.what, limit: 1200)
            fields["why"] = Text.safe(error.why, limit: 600)
            fields["hasWhy"] = !error.why.isEmpty
            fields["errorNext"] = Text.safe(error.next, limit: 600)
            fields["hasErrorNext"] = !error.next.isEmpty
        }
        fields["refusal"] = step.flatMap { $0.why } ?? strings("form.unknown")
        fields["refusalNext"] = step?.next ?? ""
        fields["hasRefusalNext"] = step?.next != nil
        fields["isRequest"] = kind == .request
        let articles = self.articles
        fields["articles"] = articles
        fields["hasArticles"] = !articles.isEmpty
        law(&fields)
        return fields
    }

    /// The newest acts, for someone whose form is older than the file.
    private var newest: [Phrase] {
        view.acts.suffix(3).reversed().map { scene.phrase(Timeline.key($0, view), ["who": scene.names.phrase($0.from)]) }
    }

    /// What the instruments say at this step.
    private var articles: [Fields] {
        let side = view.side.rawValue
        return scene.node.law.duties(for: view.type.rawValue)
            .filter { duty in
                duty.on.contains { $0.replacing("_", with: "-") == kind.rawValue } && (duty.side == side || duty.side == "both")
            }
            .prefix(4).map { duty in
                [
                    "says": Text.safe(duty.says, limit: 300), "article": Article.words(duty.cite, strings),
                    "unverified": duty.tag.isUnverified,
                ]
            }
    }

    /// Grounds that may not be given, and the consultation that a ground wants.
    private func law(_ fields: inout Fields) {
        let isDecision = [.refuse, .partlyRefuse, .postpone].contains(kind)
        let forbidden = isDecision ? context.grounds.filter(\.forbidden) : []
        fields["hasForbidden"] = !forbidden.isEmpty
        fields["forbidden"] = forbidden.map { ground -> Fields in
            [
                "says": Text.safe(ground.says, limit: 300), "article": Article.words(ground.cite, strings),
                "unverified": ground.unverified,
            ]
        }
        let wanting = isDecision ? context.grounds.filter { !$0.forbidden && $0.requires.contains("consultation") } : []
        let overridden = context.dossier.course.overrides[.requested]?.contains("consultation") ?? false
        let isWanted = !wanting.isEmpty && !context.dossier.course.consulted && !overridden && mayConsult
        fields["wantsConsultation"] = isWanted
        // With the role for this step, nothing but the consultation stands in its way.
        fields["isBarred"] = !(isWanted && (step?.roles.contains(scene.session.role) ?? false))
        fields["consulted"] = !wanting.isEmpty && context.dossier.course.consulted
        fields["consultPath"] = "/files/\(view.ref)/acts/consult"
        fields["overridePath"] = "/files/\(view.ref)/acts/override"
        let cites = wanting.map(\.cite).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        fields["consultArticles"] = cites.prefix(4).map { Article.words($0, strings) }.joined(separator: strings("list.and"))
    }
}
