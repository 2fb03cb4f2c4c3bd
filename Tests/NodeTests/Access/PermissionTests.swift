// SPDX-License-Identifier: Apache-2.0

import Court
import Dossier
import Foundation
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// Every role against every use case that names an officer.
@Suite struct PermissionTests {
    /// A use case, what it needs, and how it is called. Whatever else it throws, for lack of a file or a draft, it is not
    /// `.permission`: that is decided first.
    private struct UseCase: Sendable {
        let name: String
        let needs: Permission
        let call: @Sendable (Node, FileReference, String) async throws -> Void

        init(_ name: String, _ needs: Permission, _ call: @escaping @Sendable (Node, FileReference, String) async throws -> Void) {
            self.name = name
            self.needs = needs
            self.call = call
        }
    }

    private static let useCases: [UseCase] = [
        .init("queue", .readMetadata) { node, _, officer in _ = try node.queue(officer: officer) },
        .init("file view", .readMetadata) { node, ref, officer in _ = try node.fileView(ref, officer: officer) },
        .init("steps", .readMetadata) { node, ref, officer in _ = try node.steps(ref, officer: officer) },
        .init("dossier", .readContent) { node, ref, officer in _ = try node.dossier(ref, officer: officer) },
        .init("arrived package", .readContent) { node, ref, officer in _ = try node.arrivedPackage(ref, officer: officer) },
        .init("new request", .draft) { node, _, officer in
            _ = try await node.newRequest(type: "preservation", draft: .object([:]), officer: officer, dryRun: true)
        },
        .init("revise", .draft) { node, ref, officer in _ = try await node.revise(ref, draft: .object([:]), officer: officer) },
        .init("submit", .draft) { node, ref, officer in try await node.submit(ref, officer: officer) },
        .init("return draft", .approve) { node, ref, officer in try await node.returnDraft(ref, officer: officer, comment: "again") },
        .init("approve", .approve) { node, ref, officer in try await node.approve(ref, officer: officer) },
        .init("send", .send) { node, ref, officer in _ = try await node.send(ref, officer: officer) },
        .init("discard", .answer) { node, ref, officer in try await node.discard(ref, officer: officer) },
        // The step itself is for the life cycle, which asks for the role again; a malformed one shows that this gate was passed.
        .init("take a step", .answer) { node, ref, officer in
            _ = try await node.take(.acknowledge, on: ref, officer: officer, body: .object(["a\"b": .null]))
        },
        .init("receive evidence", .answer) { node, ref, officer in
            _ = try await node.receiveEvidence(ref, package: nil, officer: officer)
        },
        .init("seal", .seal) { node, _, officer in
            let nowhere = try FileReference("XA-2026-PRE-000042-L")
            _ = try await node.seal(.init(paths: [], authorisation: "", conditions: []), for: nowhere, to: node.state, officer: officer)
        },
        .init("open evidence", .openEvidence) { node, ref, officer in
            _ = try await node.openEvidence(ref, package: nil, to: "/nonexistent/x", officer: officer)
        },
        .init("note custody", .openEvidence) { node, ref, officer in
            try await node.noteCustody(ref, package: nil, .init(what: .moved, place: "x", why: "y"), officer: officer)
        },
        .init("court bundle", .openEvidence) { node, ref, officer in
            _ = try await node.makeCourtBundle(
                ref, package: nil, to: "/nonexistent/x", withFlagged: false, verifier: [], officer: officer)
        },
        .init("register head", .readRegister) { node, _, officer in _ = try node.registerHead(officer: officer) },
        .init("audit", .readRegister) { node, _, officer in _ = try node.audit(officer: officer) },
        .init("quarantine", .readRegister) { node, _, officer in _ = try node.quarantined(officer: officer) },
        .init("register lines", .readRegister) { node, _, officer in _ = try node.registerLines(from: 0, limit: 1, officer: officer) },
        .init("signed act", .readContent) { node, ref, officer in
            _ = try node.signedAct(node.newID(at: try node.now()), of: ref, officer: officer)
        },
        .init("draft view", .readMetadata) { node, ref, officer in _ = try node.draftView(ref, officer: officer) },
        .init("webhook", .readMetadata) { node, _, officer in
            try await node.addWebhook("x", url: "x", events: [], label: "", officer: officer)
        },
        .init("tokens of all", .administer) { node, _, officer in _ = try node.tokens(of: nil, by: officer) },
        .init("accounts", .administer) { node, _, officer in _ = try node.accounts(officer: officer) },
        .init("account of another", .administer) { node, _, officer in _ = try node.account("D1", officer: officer) },
        .init("invite", .administer) { node, _, officer in
            _ = try await node.invite(officer: "bad id", role: "lawyer", name: "x", by: officer)
        },
        .init("set role", .administer) { node, _, officer in try await node.setRole("nobody", to: "lawyer", by: officer) },
        .init("disable", .administer) { node, _, officer in try await node.disable("nobody", by: officer) },
        .init("enable", .administer) { node, _, officer in try await node.enable("nobody", by: officer) },
        .init("reset", .administer) { node, _, officer in _ = try await node.resetAccess("nobody", by: officer) },
        .init("end sessions", .administer) { node, _, officer in try await node.endSessions(of: "somebody", by: officer) },
        .init("confirm peer", .trust) { node, _, officer in
            _ = try await node.confirmPeer(try StateCode("XQ"), fingerprint: "1", by: officer, how: "test")
        },
        .init("revoke peer", .trust) { node, _, officer in _ = try await node.revokePeer(try StateCode("XQ"), by: officer) },
        .init("roster", .roster) { node, _, officer in
            let now = try node.now()
            try await node.addToRoster(.primary, officer: "D1", from: now, to: now, by: officer)
        },
        .init("take the duty", .answer) { node, _, officer in
            // Whoever may is told that the reason is missing: another officer has the duty.
            try await node.takeDuty(officer: officer)
        },
        .init("log a call", .answer) { node, _, officer in
            try await node.logCall(
                Call(isIncoming: false, number: "", person: "", result: .reached, note: ""), officer: officer)
        },
        .init("telephone log", .readContent) { node, _, officer in _ = try node.calls(officer: officer) },
        .init("call-backs", .readContent) { node, _, officer in _ = try node.callBacksPending(officer: officer) },
        .init("handovers", .readContent) { node, _, officer in _ = try node.handovers(officer: officer) },
        .init("handover in hand", .readContent) { node, _, officer in _ = try node.handoverInHand(officer: officer) },
        .init("take over", .answer) { node, _, officer in
            try await node.takeOver(officer: officer, hash: "", code: nil, address: nil)
        },
        .init("shift log", .readMetadata) { node, _, officer in _ = try node.shiftLog(officer: officer) },
        .init("what presses", .readMetadata) { node, _, officer in _ = try node.pressing(officer: officer) },
        .init("changes", .readMetadata) { node, _, officer in _ = try node.changes(since: 0, officer: officer) },
        .init("assign several", .readContent) { node, ref, officer in _ = try await node.assign([ref], to: nil, by: officer) },
        .init("break glass", .breakGlass) { node, ref, officer in
            try await node.breakGlass(ref, officer: officer, reason: "too short")
        },
    ]

    @Test(.timeLimit(.minutes(30))) func everyRoleAgainstEveryUseCase() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        let ref = try await pair.deliveredPreservation()
        for role in Roles.all { _ = try await node.invite(officer: "R-\(role)", role: role, name: role, by: nil) }
        try await node.takeDuty(officer: "D1")
        let size = try node.store.read { try $0.registerSize() }
        for role in Roles.all {
            for useCase in Self.useCases {
                let denied = await Self.denied { try await useCase.call(node, ref, "R-\(role)") }
                #expect(denied == !Permission.of(role: role).contains(useCase.needs), "\(role): \(useCase.name)")
            }
        }
        for useCase in Self.useCases {
            #expect(await Self.denied { try await useCase.call(node, ref, "nobody") }, "nobody: \(useCase.name)")
        }
        #expect(try node.store.read { try $0.registerSize() } == size, "what was refused or failed left nothing behind")
        #expect(Set(Self.useCases.map(\.needs)) == Set(Permission.allCases), "every permission is asked for")
    }

    private static func denied(_ call: () async throws -> Void) async -> Bool {
        do {
            try await call()
            return false
        } catch let error as ComityError { return error.code == .permission && !error.next.isEmpty } catch { return false }
    }

    /// The table of permissions and the sets of the life cycles say the same.
    @Test func theTableAgreesWithTheLifeCycles() {
        #expect(Set(Permission.table.keys) == Set(Roles.all))
        for (permission, roles) in [
            (Permission.draft, Roles.draft), (.approve, Roles.approve), (.send, Roles.send), (.seal, Roles.evidence),
            (.openEvidence, Roles.evidence),
        ] {
            #expect(Set(permission.roles) == roles, "\(permission)")
        }
        let acting = FileType.allCases.flatMap { $0.lifeCycle.transitions }.reduce(into: Set<String>()) { $0.formUnion($1.roles) }
        #expect(acting.isSubset(of: Permission.answer.roles))
        for role in Roles.all {
            let may = Permission.of(role: role)
            // Nobody both writes and approves; whoever keeps accounts sees no files; whoever audits changes nothing.
            #expect(!may.isSuperset(of: [.draft, .approve]), "\(role)")
            if may.contains(.administer) {
                #expect(may.isDisjoint(with: [.readContent, .readMetadata, .answer, .draft, .approve, .breakGlass]))
            }
            if may.contains(.breakGlass) { #expect(may == [.readMetadata, .readRegister, .breakGlass]) }
            if !may.isDisjoint(with: [.draft, .approve, .send, .answer, .seal, .openEvidence]) {
                #expect(may.contains(.readContent), "\(role)")
            }
        }
        #expect(Permission.of(role: "king").isEmpty)
    }

    @Test func anAuditorSeesThatAllIsInOrderAndNotWhatItIsAbout() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        let ref = try await pair.deliveredPreservation()
        let other = try #require(
            try await node.newRequest(type: "preservation", draft: .object(try pair.draft()), officer: "D1", dryRun: false).ref)
        let whole = try node.fileView(ref, officer: "D1")
        #expect(!whole.contentWithheld && !whole.title.isEmpty)
        func text(_ value: some Encodable) throws -> String { String(decoding: try IJSON.encode(value), as: UTF8.self) }
        // Words of the request, its draft and its acts; none of them reaches the auditor.
        let words = [whole.title] + Self.texts(whole.content).filter { $0.count > 25 }
        #expect(words.count > 5)
        for reference in [ref, other] {
            let view = try node.fileView(reference, officer: "A1")
            let shown = try text(view)
            #expect(view.contentWithheld && view.acts.allSatisfy { $0.body == .object([:]) } && view.findings.isEmpty)
            for word in words { #expect(!shown.contains(word), "\(word)") }
        }
        let view = try node.fileView(ref, officer: "A1")
        #expect(view.state == whole.state && view.acts.map(\.hash) == whole.acts.map(\.hash) && view.clocks.count == whole.clocks.count)
        #expect(try node.queue(officer: "A1").map(\.ref) == node.queue(officer: "D1").map(\.ref))
        #expect(try node.queue(officer: "A1").allSatisfy { $0.title.isEmpty } && node.queue(officer: "D1").allSatisfy { !$0.title.isEmpty })
        #expect(try node.fileView(ref, officer: nil).title == whole.title)

        // Break-glass: this file, this officer, one hour, with a reason that is registered.
        for reason in ["", "   too short   ", String(repeating: "x", count: 2001)] {
            await #expect(throws: ComityError.coded(.usage)) { try await node.breakGlass(ref, officer: "A1", reason: reason) }
        }
        await #expect(throws: ComityError.coded(.notFound)) {
            try await node.breakGlass(try FileReference("XA-2026-PRE-000042-L"), officer: "A1", reason: "annual inspection 7/2026")
        }
        _ = try await node.invite(officer: "A2", role: "auditor", name: "Ada", by: nil)
        let until = try await node.breakGlass(ref, officer: "A1", reason: "annual inspection\n7/2026")
        #expect(until > node.local(Instant(milliseconds: node.realTime.now())))
        #expect(try node.fileView(ref, officer: "A1").title == whole.title)
        #expect(try node.queue(officer: "A1").filter { !$0.title.isEmpty }.map(\.ref) == [ref])
        #expect(try node.fileView(other, officer: "A1").contentWithheld && node.fileView(ref, officer: "A2").contentWithheld)
        let id = try #require(whole.id)
        let event = try #require(try node.store.read { try $0.events(of: id).last })
        #expect(event.event == .brokeGlass && event.by == "A1" && event.detail["reason"]?.string == "annual inspection 7/2026")
        // Reading is all it opens.
        await #expect(throws: ComityError.coded(.permission)) {
            try await node.openEvidence(ref, package: nil, to: "/nonexistent", officer: "A1")
        }
        await #expect(throws: ComityError.coded(.permission)) { try await node.discard(other, officer: "A1") }
        try await node.breakGlass(other, officer: "A1", reason: "annual inspection 7/2026")
        #expect(try !node.fileView(other, officer: "A1").contentWithheld)
        node.realTime.advance(milliseconds: AccessLimits.brokenGlass)
        #expect(try node.fileView(ref, officer: "A1").contentWithheld)
        // An auditor who becomes something else does not take the glass along.
        try await node.breakGlass(ref, officer: "A1", reason: "annual inspection 7/2026")
        try await node.setRole("A1", to: "administrator", by: nil)
        #expect(throws: ComityError.coded(.permission)) { try node.fileView(ref, officer: "A1") }
        #expect(try node.audit().ok)
    }

    private static func texts(_ value: JSONValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .array(let items): items.flatMap(texts)
        case .object(let members): members.values.flatMap(texts)
        default: []
        }
    }

    /// Officers of `comity init` have accounts that nobody can sign in to yet; a folder without access key gets one.
    @Test func officersOfInitAreInvited() async throws {
        let access = try await AccessFixture()
        #expect(try access.node.accounts().map(\.officer) == ["A1", "D1", "D3", "D4", "X1"])
        #expect(try access.node.accounts().allSatisfy { $0.state == .invited && $0.name == $0.officer && $0.lastSignIn == nil })
        try FileManager.default.removeItem(atPath: access.folder("xa/keys/access.key"))
        let again = try Node(folder: access.folder("xa"))
        #expect(FileManager.default.fileExists(atPath: access.folder("xa/keys/access.key")))
        #expect(try again.doctor().first { $0.name == "keys" }?.grade == .ok)
    }
}
