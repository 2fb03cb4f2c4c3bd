// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
public import Sealing
public import Standards
public import Storage

extension Node {
    /// What an examiner gives to seal.
    public struct SealingOrder: Sendable {
        public let paths: [String]
        public let authorisation: String
        public let conditions: [String]

        public init(paths: [String], authorisation: String, conditions: [String]) {
            self.paths = paths
            self.authorisation = authorisation
            self.conditions = conditions
        }
    }

    /// Seals exhibits into a package for the other State of a file, and registers that it was sealed.
    /// - Throws: `.permission`, `.wrongState` when this side cannot supply evidence on the file, `.usage` for bad paths.
    public func seal(
        _ order: SealingOrder, for ref: FileReference, to recipient: StateCode, officer: String, progress: ((Int64, Int64) -> Void)? = nil
    ) async throws(ComityError) -> (package: PackageRow, path: String, statement: PackageStatement) {
        let role = try require(officer, .seal, to: "seal evidence")
        let dossier = try dossier(ref)
        guard let side = dossier.side(of: state) else { throw Self.noFile(ref) }
        try dossier.mayTake(Self.supplying(dossier), side: side, role: role, party: party)
        let counterparts = dossier.counterparts(of: party).map(\.state)
        guard counterparts.contains(recipient) else {
            throw ComityError(
                .wrongState, "\(ref) is shared with \(counterparts.map(\.description).joined(separator: ", ")), not with \(recipient).",
                next: "Name the file of \(recipient), or another State.")
        }
        guard !order.authorisation.allSatisfy(\.isWhitespace) else {
            throw ComityError(
                .refusedByRule, "No authorisation is given.", why: "No coercive step without a record of who allowed it.",
                next: "Name the order with --authorisation.")
        }
        let peer = try confirmedPeer(recipient)
        let now = try now()
        let id = newID(at: now)
        let name = "\(ref)-\(Hex.encode(id.bytes.suffix(4)))"
        let request = PackageRequest(
            name: name, id: id, file: dossier.id, ref: ref.description, from: state.description, to: recipient.description,
            authority: configuration.authority.name, authorisation: order.authorisation, conditions: order.conditions, officer: officer,
            sealedAt: now,
            tool: Version.tool, exercise: exercise, inputs: order.paths, signingKey: keys.signing, signerEntry: try directoryEntry(),
            recipients: [try AgeRecipient(peer.entry.sealing)])
        let path = "\(folder.outgoingPackages)/\(name).bag.tar.age"
        let sealed = try PackageWriter.seal(request, to: path, progress: progress)
        let row = PackageRow(
            sha256: sealed.sha256, file: dossier.id, name: "\(name).bag.tar.age", size: sealed.size,
            exhibits: sealed.statement.exhibits.count,
            outgoing: true, stage: .sealed, conditions: order.conditions)
        let event = try event(
            .sealed, file: dossier.id, by: officer,
            detail: [
                "package": .string(row.sha256), "exhibits": .integer(Int64(row.exhibits)), "authorisation": .string(order.authorisation),
            ])
        do throws(ComityError) {
            _ = try await store.commit { writer in
                try writer.insert(row, created: now)
                try writer.append(event)
            }
        } catch {
            // A package nobody recorded would be an orphan on the disk.
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
        return (row, path, sealed.statement)
    }

    /// Announces a sealed package in the file; its bytes follow in parts.
    /// - Parameter last: nothing more follows; what was kept for the request need not be kept any longer for its sake.
    public func supply(
        _ ref: FileReference, package sha256: String?, last: Bool = false, officer: String
    ) async throws(ComityError) -> (step: StepResult, package: PackageRow) {
        let dossier = try dossier(ref)
        let sealed = try store.read { try $0.packages(of: dossier.id) }.filter { $0.outgoing && $0.stage == .sealed }
        let chosen = sha256.map { wanted in sealed.filter { $0.sha256.hasPrefix(wanted) || $0.name == wanted } } ?? sealed
        guard let package = chosen.first, chosen.count == 1 else {
            throw chosen.isEmpty
                ? ComityError(
                    .notFound, "There is no sealed package to supply in \(ref).",
                    next: "Seal one first: comity evidence seal PATH --file \(ref) --to …")
                : ComityError(
                    .usage, "\(chosen.count) sealed packages wait in \(ref).",
                    next: "Name one with --package: \(chosen.map { String($0.sha256.prefix(12)) }.joined(separator: ", "))")
        }
        let description = ActBody.PackageDescription(
            name: package.name, size: package.size, sha256: package.sha256, exhibits: package.exhibits)
        let kind = Self.supplying(dossier)
        guard kind == .supply || !last else {
            throw ComityError(.usage, "Only a supply can be the last one; here the package is disclosed.", next: "Leave out --last.")
        }
        let body =
            kind == .supply
            ? try ActBody.json(ActBody.Supply(package: description, conditions: package.conditions, last: last ? true : nil))
            : try ActBody.json(ActBody.Disclose(package: description))
        return (try await take(kind, on: ref, officer: officer, body: body), package)
    }

    /// The act that carries a package in a file of this type: a supply, or the disclosure of an emergency.
    private static func supplying(_ dossier: Dossier) -> ActKind { dossier.type.lifeCycle.kinds.contains(.supply) ? .supply : .disclose }

    /// The package of a file that has arrived whole, or the reason why there is none.
    /// - Parameter officer: who asks; nil is the node's owner on the command line.
    public func arrivedPackage(_ ref: FileReference, package sha256: String? = nil, officer: String?) throws(ComityError) -> (
        package: PackageRow, path: String
    ) {
        try requireContent(of: ref, officer: officer, to: "see what a package holds")
        return try arrivedPackage(ref, package: sha256)
    }

    func arrivedPackage(_ ref: FileReference, package sha256: String? = nil) throws(ComityError) -> (package: PackageRow, path: String) {
        let dossier = try dossier(ref)
        let incoming = try store.read { try $0.packages(of: dossier.id) }.filter {
            !$0.outgoing && (sha256.map($0.sha256.hasPrefix) ?? true)
        }
        // What has arrived and waits for its receipt comes first, then what is arriving, then what was received before.
        let waiting = incoming.last { $0.stage == .complete } ?? incoming.last { $0.stage == .supplied }
        guard let package = waiting ?? incoming.last else {
            throw ComityError(.notFound, "No package has been supplied in \(ref).", next: "Wait for the other State, or ask it.")
        }
        guard package.stage != .supplied else {
            let have = try store.read { try $0.parts(ofPackage: package.sha256).count }
            throw ComityError(
                .wrongState, "The package is still arriving: \(have) of \(Self.partCount(package.size)) parts are here.",
                why: "The sending node brings the rest by itself.", next: "Keep this node serving, then try again.")
        }
        return (package, folder.incomingPackage(package.sha256) + "/" + package.name)
    }

    /// Checks a package with this node's key and directory. Says nothing of the file it belongs to.
    public func verify(packageAt path: String) throws(ComityError) -> PackageVerdict {
        try PackageVerifier.verify(path: path, identities: [keys.sealing], trusted: trustedKey)
    }

    /// The signing key with this id, when it is this node's or a confirmed peer's.
    public func trustedKey(_ keyID: String) -> VerifyingKey? {
        let own = keys.signing.verifyingKey
        if own.keyID == keyID { return own }
        guard let peer = peers.peer(keyID: keyID), peer.trust == .confirmed else { return nil }
        return peer.entry.signingKey
    }

    /// Verifies the package that arrived and answers with the act *receive*. Nothing is recorded as received unless it
    /// verified and belongs to this file.
    /// - Throws: `.verificationFailed` with the verdict's sentence.
    public func receiveEvidence(_ ref: FileReference, package sha256: String?, officer: String) async throws(ComityError) -> (
        step: StepResult, verdict: PackageVerdict
    ) {
        _ = try require(officer, .answer, to: "receive evidence")
        let arrived = try arrivedPackage(ref, package: sha256)
        let dossier = try dossier(ref)
        let verdict = try verify(packageAt: arrived.path)
        let belongs = self.belongs(verdict, to: dossier)
        let looked = try event(
            .verified, file: dossier.id, by: officer,
            detail: [
                "package": .string(arrived.package.sha256), "valid": .bool(verdict.isValid && belongs),
                "sentence": .string(Text.safe(verdict.sentence, limit: 500)),
            ])
        // That it was looked at is registered first, whatever comes of it: an act of receipt never stands without it.
        _ = try await store.commit { try $0.append(looked) }
        guard verdict.isValid, belongs else {
            throw ComityError(
                .verificationFailed, verdict.isValid ? "The package belongs to another file." : verdict.sentence,
                why: verdict.findings.prefix(5).joined(separator: "; "),
                next: "Do not use it. Tell the other State and ask for a new package.")
        }
        let body = ActBody.Receive(package: arrived.package.sha256, exhibits: verdict.exhibits.count)
        return (try await take(.receive, on: ref, officer: officer, body: try ActBody.json(body)), verdict)
    }

    /// The statement is about this file, from the other State of the file, and signed with that State's key.
    private func belongs(_ verdict: PackageVerdict, to dossier: Dossier) -> Bool {
        guard let statement = verdict.statement, case .trusted(let kid) = verdict.signer,
            let sender = dossier.counterparts(of: party).map(\.state).first(where: { $0.description == statement.from })
        else { return false }
        return statement.file == dossier.id && statement.to == state.description && peers.peer(sender)?.entry.signingKey.keyID == kid
    }

    /// Opens a package into a new folder below `destination`; the access is registered before the content is readable.
    public func openEvidence(_ ref: FileReference, package sha256: String?, to destination: String, officer: String)
        async throws(ComityError) -> String
    {
        _ = try require(officer, .openEvidence, to: "open evidence")
        let arrived = try arrivedPackage(ref, package: sha256)
        let verdict = try verify(packageAt: arrived.path)
        guard verdict.isValid, belongs(verdict, to: try dossier(ref)) else {
            throw ComityError(
                .verificationFailed, verdict.isValid ? "The package belongs to another file." : verdict.sentence,
                why: verdict.findings.prefix(5).joined(separator: "; "),
                next: "Do not use it; ask for a new package.")
        }
        let opened = try event(.opened, file: arrived.package.file, by: officer, detail: ["package": .string(arrived.package.sha256)])
        _ = try await store.commit { try $0.append(opened) }
        return try PackageOpener.open(path: arrived.path, identities: [keys.sealing], to: destination)
    }
}
