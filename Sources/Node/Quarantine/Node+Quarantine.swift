// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
import Sealing
public import Standards
import Storage

/// A message that was not believed, with what it says of itself. Nothing of that is proved.
public struct QuarantinedMessage: Sendable, Codable {
    /// What the act inside says; nil when nothing inside can be read.
    public struct Claims: Sendable, Codable, Equatable {
        public let from: Party
        public let act: UUIDv7
        public let file: UUIDv7
        public let step: ActKind
        public let at: Instant
        public let exercise: Bool
        /// Id of the key that signed it, or says so.
        public let key: String
    }

    public let id: Int64
    /// Of the error table: why it was not believed.
    public let code: String
    public let says: String
    /// Who delivered it, by the certificate of the connection.
    public let peer: String
    public let at: Instant
    /// SHA-256 of the signed act inside; of the message where that cannot be opened.
    public let sha256: String
    /// Bytes; 0 where it was refused unread.
    public let size: Int
    public let claims: Claims?
    /// Whom to ask, and on which number: of the directory, never of the message.
    public let callBack: StateCode?
    public let phone: String?
    /// When the entry with that number was confirmed over a second channel.
    public let confirmed: Instant?
    /// The sender was told that it will never be taken: it has left the act out of its file.
    public let isFinal: Bool
    /// When an officer let it in after all.
    public let released: Instant?
}

extension Node {
    /// One message that was not believed, for whoever may read the register; nil is the node's owner.
    /// - Throws: `.notFound`, `.permission`.
    public func quarantined(_ id: Int64, officer: String?) throws(ComityError) -> QuarantinedMessage {
        try authorise(officer, .readRegister, to: "see what was not believed")
        let (row, bytes, released) = try quarantineRow(id)
        let opened = try? Intake.open(bytes, with: keys.identities)
        let claims = (try? opened?.claims()).map { act in
            QuarantinedMessage.Claims(
                from: act.from, act: act.id, file: act.file, step: act.kind, at: act.at, exercise: act.exercise,
                key: opened?.jws.signatures.first?.keyID ?? "")
        }
        let asked = claims?.from.state ?? (try? StateCode(row.peer))
        let peer = asked.flatMap { peers.peer($0) }
        return QuarantinedMessage(
            id: row.id, code: row.code, says: row.says, peer: row.peer, at: local(row.at), sha256: row.sha256, size: row.size,
            claims: claims, callBack: asked, phone: peer?.entry.authority.phone, confirmed: peer?.confirmedAt.map(local),
            isFinal: Self.isFinal(row.code), released: released.map(local))
    }

    private static func isFinal(_ code: String) -> Bool {
        guard let code = ErrorCode(rawValue: code) else { return false }
        return DeliveryFailure(code, of: .act, attempts: 0, now: 0, spread: 0) == .refused
    }

    private func quarantineRow(_ id: Int64) throws(ComityError) -> (row: QuarantineRow, bytes: [UInt8], released: Instant?) {
        try store.read { reader in
            guard let row = try reader.quarantine().first(where: { $0.id == id }), let bytes = try reader.quarantineBytes(id) else {
                throw ComityError(.notFound, "There is no message \(id) in quarantine.", next: "comity quarantine list")
            }
            let released = try reader.events(.quarantineReleased).last { $0.detail["quarantine"]?.integer == id }
            return (row, bytes, released?.at)
        }
    }

    /// Judges a message again under the rules and keys of today, and registers its act when it holds now: its sender has it still, tries it
    /// again by itself, and gets the receipt then. What still does not hold stays where it is; nobody can let that in.
    /// - Parameter reason: why it is believed now, for example whom somebody called.
    /// - Returns: the act.
    /// - Throws: `.notFound`, `.permission`, `.usage` without a reason, `.wrongState` when its sender has given it up, and the code of
    ///   whatever is still wrong with it.
    public func releaseQuarantined(_ id: Int64, reason: String, by officer: String) async throws(ComityError) -> UUIDv7 {
        _ = try require(officer, .trust, to: "let in what was not believed")
        guard (1...500).contains(reason.count) else {
            throw ComityError(
                .usage, "A reason of at most 500 characters is needed.", next: "Say whom you called, and what was changed since.")
        }
        let (row, bytes, released) = try quarantineRow(id)
        if let released { throw ComityError(.wrongState, "Message \(id) was let in at \(released).") }
        guard !bytes.isEmpty else {
            throw ComityError(
                .wrongState, "Message \(id) was refused unread: there is nothing to let in.", next: "Ask its sender for a shorter one.")
        }
        guard !Self.isFinal(row.code) else {
            throw ComityError(
                .wrongState,
                "The sender of message \(id) was told that it will never be taken (\(row.code)), and has left it out of its file.",
                why: "If it were let in here, the two sides would hold different files.", next: "Ask the sender to write the act anew.")
        }
        let verified: VerifiedAct
        switch try judge(bytes) {
        case .accept(let act), .duplicate(let act): verified = act
        case .notYet(let error), .quarantine(let error):
            throw ComityError(
                error.code, "Message \(id) still does not hold: \(error.what)", why: error.why,
                next: error.next.isEmpty ? "Look at it with comity quarantine show \(id)." : error.next)
        }
        let event = try event(
            .quarantineReleased, file: verified.act.file, by: officer,
            detail: [
                "quarantine": .integer(id), "act": .string(verified.act.id.description), "code": .string(row.code),
                "reason": .string(reason),
            ])
        let (now, own) = (try now(), state)
        _ = try await store.commit { writer in
            if try writer.reader.act(verified.act.id) == nil { try Self.keep(verified, own: own, at: now, &writer) }
            try writer.append(event)
        }
        return verified.act.id
    }

    /// Registers that a message was reported, and gives the facts as text, without anything of its content: for the State in whose name it came,
    /// for the police.
    /// - Parameter to: who gets the report.
    /// - Throws: `.notFound`, `.permission`, `.usage`.
    public func reportQuarantined(_ id: Int64, to: String, by officer: String) async throws(ComityError) -> String {
        _ = try require(officer, .answer, to: "report what was not believed")
        guard (1...200).contains(to.count) else { throw ComityError(.usage, "Who gets the report is not said, in at most 200 characters.") }
        let message = try quarantined(id, officer: nil)
        let reported = try event(
            .quarantineReported, file: nil, by: officer,
            detail: ["quarantine": .integer(id), "code": .string(message.code), "to": .string(to), "sha256": .string(message.sha256)])
        _ = try await store.commit { try $0.append(reported) }
        var lines = [
            "Report of a message that was not believed", "",
            "to             \(Text.safe(to, limit: 200))",
            "from           \(configuration.authority.name), \(state)",
            "made           \(local(reported.at)) by \(officer)",
            "message        \(id) of this node's quarantine, \(message.size) bytes",
            "SHA-256        \(message.sha256)",
            "arrived        \(message.at)",
            "delivered by   \(Text.safe(message.peer, limit: 60)) (certificate of the connection)",
            "not believed   \(message.code): \(Text.safe(message.says))",
        ]
        if let claims = message.claims {
            lines += [
                "It says of itself (nothing of this is proved):",
                "  from         \(claims.from)", "  act          \(claims.act), \(claims.step.rawValue)", "  file         \(claims.file)",
                "  dated        \(claims.at)", "  signed by    key \(Text.safe(claims.key, limit: 60))",
            ]
        } else {
            lines.append("Nothing inside it can be read.")
        }
        lines.append("The message is kept here as it arrived. Entry of the register: event \(reported.id).")
        return lines.joined(separator: "\n")
    }
}
