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
        /// How the exhibits were collected.
        public var collected: PackageStatement.Collection?
        /// What is said of single exhibits, by name: values of `ExhibitFlag`.
        public var flags: [String: [String]] = [:]
        /// SHA-256 by name, where it was taken before; what is sealed must be that.
        public var expected: [String: String] = [:]
        /// The upload that ends with the sealing, in the same transaction.
        var upload: UUIDv7?

        public init(paths: [String], authorisation: String, conditions: [String]) {
            self.paths = paths
            self.authorisation = authorisation
            self.conditions = conditions
        }
    }

    /// The file, if this officer may seal evidence for it now.
    func maySeal(_ ref: FileReference, officer: String) throws(ComityError) -> Dossier {
        let role = try require(officer, .seal, to: "seal evidence")
        let dossier = try dossier(ref)
        guard let side = dossier.side(of: state) else { throw Self.noFile(ref) }
        try dossier.mayTake(Self.supplying(dossier), side: side, role: role, party: party)
        return dossier
    }

    /// Why this officer cannot seal evidence for a file now; nil when he can.
    public func sealingObstacle(_ ref: FileReference, officer: String) -> ComityError? {
        do throws(ComityError) {
            _ = try maySeal(ref, officer: officer)
            return nil
        } catch { return error }
    }

    /// Everything that can be known before a byte is sealed.
    func checkSealing(_ order: SealingOrder, for ref: FileReference, to recipient: StateCode, officer: String) throws(ComityError) -> (
        dossier: Dossier, peer: Peer
    ) {
        let dossier = try maySeal(ref, officer: officer)
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
        return (dossier, try confirmedPeer(recipient))
    }

    /// Seals exhibits into a package for the other State of a file, and registers that it was sealed.
    /// - Throws: `.permission`, `.wrongState` when this side cannot supply evidence on the file, `.usage` for bad paths,
    ///   `.verificationFailed` when an exhibit is not what it was when it was uploaded.
    public func seal(
        _ order: SealingOrder, for ref: FileReference, to recipient: StateCode, officer: String,
        progress: (@Sendable (Int64, Int64) throws(ComityError) -> Void)? = nil
    ) async throws(ComityError) -> (package: PackageRow, path: String, statement: PackageStatement) {
        let (dossier, peer) = try checkSealing(order, for: ref, to: recipient, officer: officer)
        let now = try now()
        let id = newID(at: now)
        let name = "\(ref)-\(Hex.encode(id.bytes.suffix(4)))"
        var request = PackageRequest(
            name: name, id: id, file: dossier.id, ref: ref.description, from: state.description, to: recipient.description,
            authority: configuration.authority.name, authorisation: order.authorisation, conditions: order.conditions, officer: officer,
            sealedAt: now,
            tool: Version.tool, exercise: exercise, inputs: order.paths, signingKey: keys.signing, signerEntry: try directoryEntry(),
            recipients: [try AgeRecipient(peer.entry.sealing)])
        request.statementKey = keys.statement
        request.collected = order.collected
        request.flags = Dictionary(uniqueKeysWithValues: order.flags.map { ("data/" + $0.key, $0.value) })
        let path = "\(folder.outgoingPackages)/\(name).bag.tar.age"
        let final = request
        let sealed = try await Self.aside { () throws(ComityError) in try PackageWriter.seal(final, to: path, progress: progress) }
        do throws(ComityError) {
            try Self.compare(sealed.statement, with: order.expected)
            let row = PackageRow(
                digest: sealed.digest, file: dossier.id, name: "\(name).bag.tar.age", size: sealed.size,
                exhibits: sealed.statement.exhibits.count,
                outgoing: true, stage: .sealed, conditions: order.conditions)
            let event = try event(
                .sealed, file: dossier.id, by: officer,
                detail: [
                    "package": .string(row.digest), "exhibits": .integer(Int64(row.exhibits)),
                    "authorisation": .string(order.authorisation), "tool": .string(Version.tool),
                ])
            let record = try PackageRecord(sealed: sealed.statement, at: now, by: officer).bytes
            let upload = order.upload
            // Owed in the same transaction: what ends this process now does not forget it.
            let owed = timeStampService.map { _ in realTime.now() + Self.stampClaim }
            _ = try await store.commit { writer in
                if let upload { try writer.deleteUpload(upload) }
                try writer.insert(row, created: now)
                try writer.setRecord(ofPackage: row.digest, record)
                try writer.append(event)
                if let owed { try writer.oweTimeStamp(row.digest, next: owed) }
            }
            await stampSealed(row)
            return (row, path, sealed.statement)
        } catch {
            // A package nobody recorded would be an orphan on the disk.
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    /// What was sealed is what was uploaded.
    private static func compare(_ statement: PackageStatement, with expected: [String: String]) throws(ComityError) {
        for exhibit in statement.exhibits {
            guard let hash = expected[String(exhibit.path.dropFirst("data/".count))], hash != exhibit.sha256 else { continue }
            throw ComityError(
                .verificationFailed, "Exhibit \(exhibit.number), \(exhibit.path), is not what was uploaded.",
                why: "Its SHA-256 was \(hash) then and is \(exhibit.sha256) now.", next: "Nothing was sealed. Upload it again.")
        }
    }

    /// Starts to seal what was uploaded, beside the pages. The uploaded files are removed once they are sealed, and kept when
    /// that fails or is interrupted.
    /// - Parameter answers: what was typed, kept for another attempt.
    /// - Returns: the task.
    public func startSealing(
        _ upload: UUIDv7, of ref: FileReference, to recipient: StateCode, authorisation: String, conditions: [String],
        collected: (by: String, at: Instant?, place: String, tool: String), flags: [Int: [ExhibitFlag]], answers: [String: String],
        officer: String
    ) async throws(ComityError) -> UUIDv7 {
        let found = try self.upload(upload, ref, officer: officer)
        let place = folder.upload(upload)
        var order = SealingOrder(
            paths: found.exhibits.map { "\(place)/\($0.name)" }, authorisation: authorisation, conditions: conditions)
        order.upload = upload
        order.collected = .init(by: collected.by, at: collected.at, place: collected.place, tool: collected.tool)
        for exhibit in found.exhibits {
            order.expected[exhibit.name] = exhibit.sha256
            if let flags = flags[exhibit.number], !flags.isEmpty { order.flags[exhibit.name] = flags.map(\.rawValue) }
        }
        _ = try checkSealing(order, for: ref, to: recipient, officer: officer)
        try await keepAnswers(answers, in: upload)
        let final = order
        return try await start(.seal, ref: ref, subject: upload.description, officer: officer) { [self] progress in
            let sealed = try await seal(final, for: ref, to: recipient, officer: officer) { progress.report($0, $1) }
            try await removeUpload(upload)
            return .object([
                "package": .string(sealed.package.digest), "name": .string(sealed.package.name), "size": .integer(sealed.package.size),
                "exhibits": .integer(Int64(sealed.package.exhibits)),
            ])
        }
    }
}

/// What a sender says of an exhibit; the desk shows no content of an exhibit that has one.
public enum ExhibitFlag: String, Sendable, CaseIterable {
    /// May be covered by a professional secret.
    case privileged
    /// Shows or concerns minors.
    case minors
    /// May be child sexual abuse material.
    case abuse
}
