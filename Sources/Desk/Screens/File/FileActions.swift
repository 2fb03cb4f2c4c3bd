// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards
import Web

/// What is possible now: the next step as the one button that stands out, a few likely ones, all others in groups, and why the
/// rest is not possible.
struct FileActions {
    static let likelyCount = 5
    /// The requested State has not decided yet.
    static let examining: Set<FileState> = [
        .delivered, .acknowledged, .triage, .clarification, .consultation, .transferred, .reopened, .authenticated,
    ]
    /// Always open and seldom wanted: never among the likely ones.
    private static let rare: Set<ActKind> = [
        .override, .screen, .transfer, .reopen, .lapse, .statusQuery, .releaseWitness, .depart, .downgrade, .withdraw, .retroactiveProcess,
    ]
    private static let shortcuts: [ActKind: String] = [.acknowledge: "a", .ask: "c", .answer: "r"]

    let scene: Scene
    let view: FileView
    /// For the role of the officer who looks.
    let steps: [StepLine]
    let next: NextStep?
    let waits: Bool

    private var strings: Strings { scene.strings }
    private var forms: ActForms { scene.pages.resources.forms }
    private var open: [ActKind] { steps.filter { $0.possible && $0.ours }.map(\.kind) }
    private var mayAct: Bool { scene.may(.answer) }

    /// The act that brings the file on, when it is this side's and this officer may take it.
    private var primary: ActKind? {
        next.flatMap { $0.whose == .us ? ActKind(rawValue: $0.step) : nil }.flatMap { open.contains($0) ? $0 : nil }
    }

    private var isFollowUp: Bool { next?.step == "follow-up" && next?.whose == .us }
    private var isIncoming: Bool { view.side == .requested && Self.examining.contains(view.state) }

    /// Possible acts without the first one, the likely ones first.
    private var others: [ActKind] {
        let rank: [ActForm.Group: Int] = [.work: 0, .decide: 1, .talk: 2, .end: 3]
        let rest = open.filter { $0 != primary }
        return rest.filter { !Self.rare.contains($0) }.enumerated().sorted { left, right in
            (rank[forms[left.element].group] ?? 9, left.offset) < (rank[forms[right.element].group] ?? 9, right.offset)
        }.map(\.element)
    }

    /// The question and the refusal are always wanted; the others fill what is left.
    private var likely: [ActKind] {
        let wanted = others.filter { [.ask, .answer, .accept, .refuse, .consult, .close, .extend, .report].contains($0) }
        let rest = others.filter { !wanted.contains($0) }
        let chosen = Set((rest.prefix(max(2, Self.likelyCount - wanted.count)) + wanted).prefix(Self.likelyCount))
        return others.filter(chosen.contains)
    }

    var fields: Fields {
        let likely = mayAct && !waits ? self.likely : []
        let more = mayAct && !waits ? open.filter { $0 != primary && !likely.contains($0) } : []
        let groups = ActForm.Group.allCases.compactMap { group -> Fields? in
            let kinds = more.filter { forms[$0].group == group }
            return kinds.isEmpty ? nil : ["word": strings("group.\(group.rawValue)"), "acts": kinds.map(link)]
        }
        let refused = refusedSteps
        let values: [String: Phrase.Value] = ["who": scene.names.phrase(view.counterpart)]
        let showsPrimary = mayAct && !waits && primary != nil
        var fields: Fields = [
            "step": strings("next.\(next?.step ?? "none")"),
            "whose": scene.phrase("possible.\(next?.step == "deliver" ? "deliver" : next?.whose.rawValue ?? "nobody")", values),
            "isOurs": next?.whose == .us, "hasPrimary": showsPrimary, "waits": waits, "isFollowUp": isFollowUp && mayAct,
            "followUpPath": "/requests/new?follows=\(view.ref)", "isIncoming": isIncoming && mayAct,
            "triagePath": "/files/\(view.ref)/triage", "likely": likely.map(link), "groups": groups, "hasMore": !groups.isEmpty,
            "refused": refused, "hasRefused": !refused.isEmpty, "isNone": mayAct && open.isEmpty, "cannotAct": !mayAct,
            "seen": "\(view.acts.count)",
        ]
        if let primary { fields["primary"] = link(primary) }
        // With one click: nothing has to be written, and nothing else is promised.
        fields["isOneClick"] = primary == .acknowledge
        return fields
    }

    private func link(_ kind: ActKind) -> Fields {
        let step = steps.first { $0.kind == kind && $0.ours }
        let key = Self.shortcuts[kind]
        return [
            "word": Timeline.step(kind, view, strings), "path": "/files/\(view.ref)/acts/\(kind.rawValue)",
            "fourEyes": step?.fourEyes ?? false,
            "hasKey": key != nil, "key": key ?? "", "does": strings("does.\(kind.rawValue)"),
        ]
    }

    /// What is not possible, with the reason. A step of both sides is listed once, by what stands in our way.
    private var refusedSteps: [Fields] {
        let values: [String: Phrase.Value] = ["who": scene.names.phrase(view.counterpart)]
        var seen = Set(open)
        let refused = steps.filter { !$0.possible && $0.ours } + steps.filter { !$0.ours }
        return refused.filter { seen.insert($0.kind).inserted }.prefix(60).map { step -> Fields in
            [
                "step": strings("next.\(step.kind.rawValue)"),
                "reason": step.ours
                    ? Phrase([.outside([step.why, step.next].compactMap { $0 }.joined(separator: " "))])
                    : scene.phrase("possible.theirs", values),
            ]
        }
    }
}
