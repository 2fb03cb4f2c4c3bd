// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Sealing
public import Standards
public import Storage

extension Node {
    /// Announces a sealed package in the file; its bytes follow in parts.
    /// - Parameter last: nothing more follows; what was kept for the request need not be kept any longer for its sake.
    public func supply(
        _ ref: FileReference, package digest: String?, last: Bool = false, officer: String
    ) async throws(ComityError) -> (step: StepResult, package: PackageRow) {
        let dossier = try dossier(ref)
        let sealed = try store.read { try $0.packages(of: dossier.id) }.filter { $0.outgoing && $0.stage == .sealed }
        let chosen = digest.map { wanted in sealed.filter { $0.digest.hasPrefix(wanted) || $0.name == wanted } } ?? sealed
        guard let package = chosen.first, chosen.count == 1 else {
            throw chosen.isEmpty
                ? ComityError(
                    .notFound, "There is no sealed package to supply in \(ref).",
                    next: "Seal one first: comity evidence seal PATH --file \(ref) --to …")
                : ComityError(
                    .usage, "\(chosen.count) sealed packages wait in \(ref).",
                    next: "Name one with --package: \(chosen.map { String($0.digest.prefix(12)) }.joined(separator: ", "))")
        }
        let description = ActBody.PackageDescription(
            name: package.name, size: package.size, digest: package.digest, exhibits: package.exhibits)
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
    static func supplying(_ dossier: Dossier) -> ActKind { dossier.type.lifeCycle.kinds.contains(.supply) ? .supply : .disclose }

    /// The package of a file that has arrived whole, or the reason why there is none.
    /// - Parameter officer: who asks; nil is the node's owner on the command line.
    public func arrivedPackage(_ ref: FileReference, package digest: String? = nil, officer: String?) throws(ComityError) -> (
        package: PackageRow, path: String
    ) {
        try requireContent(of: ref, officer: officer, to: "see what a package holds")
        return try arrivedPackage(ref, package: digest)
    }

    func arrivedPackage(_ ref: FileReference, package digest: String? = nil) throws(ComityError) -> (package: PackageRow, path: String) {
        let dossier = try dossier(ref)
        let incoming = try store.read { try $0.packages(of: dossier.id) }.filter {
            !$0.outgoing && (digest.map($0.digest.hasPrefix) ?? true)
        }
        // What has arrived and waits for its receipt comes first, then what is arriving, then what was received before.
        let waiting = incoming.last { $0.stage == .complete } ?? incoming.last { $0.stage == .supplied }
        guard let package = waiting ?? incoming.last else {
            throw ComityError(.notFound, "No package has been supplied in \(ref).", next: "Wait for the other State, or ask it.")
        }
        guard package.stage != .supplied else {
            let have = try store.read { try $0.parts(ofPackage: package.digest).count }
            throw ComityError(
                .wrongState, "The package is still arriving: \(have) of \(Self.partCount(package.size)) parts are here.",
                why: "The sending node brings the rest by itself.", next: "Keep this node serving, then try again.")
        }
        return (package, folder.incomingPackage(package.digest) + "/" + package.name)
    }

    /// Opens a package into a new folder below `destination`; the access is registered before the content is readable.
    public func openEvidence(
        _ ref: FileReference, package digest: String?, to destination: String, officer: String,
        progress: (@Sendable (Int64, Int64) throws(ComityError) -> Void)? = nil
    ) async throws(ComityError) -> String {
        _ = try require(officer, .openEvidence, to: "open evidence")
        let arrived = try arrivedPackage(ref, package: digest)
        let dossier = try dossier(ref)
        let extracted = try await Self.aside { [self] () throws(ComityError) in
            try PackageOpener.extract(
                path: arrived.path, identities: keys.identities, to: destination, trusted: { self.senderKeys($0) },
                allowUnknownSigner: false,
                progress: progress)
        }
        let settled = try settled(extracted.verdict)
        guard settled.isValid else {
            throw ComityError(.verificationFailed, settled.sentence, next: "Nothing was opened. Ask the other State for a new package.")
        }
        guard belongs(extracted.verdict, arrived.package, to: dossier) else {
            throw ComityError(
                .verificationFailed, "This is not the package that was announced for this file.",
                next: "Nothing was opened. Do not use it; ask for a new package.")
        }
        let opened = try event(
            .opened, file: arrived.package.file, by: officer,
            detail: [
                "package": .string(arrived.package.digest), "tool": .string(Version.tool), "remeasured": .bool(true),
            ])
        _ = try await store.commit { try $0.append(opened) }
        return try await Self.aside { () throws(ComityError) in try extracted.publish() }
    }
}
