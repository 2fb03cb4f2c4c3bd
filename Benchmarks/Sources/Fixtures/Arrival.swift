// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Law
import Register
import Sealing
import Standards

/// One sealed act on its way from XA to XB, and the node that judges it. What the node knows is in memory: no disc is measured.
struct Arrival {
    private let intake: Intake
    private let identity = AgeIdentity.generate()
    private let sealed: [UInt8]

    /// - Parameter count: acts of the file that the node knows; with none of them, the act that arrives opens the file.
    init(onFileOf count: Int) throws {
        var maker = try ActMaker()
        let known = count == 0 ? [] : try Checked.applied(try maker.chain(count), count: count)
        let incoming = try maker.act(count == 0 ? .request : .statusQuery, after: known.suffix(1)).act
        let signing = SigningKey.generate()
        sealed = try Age.encrypt(try VerifiedAct.sign(incoming, with: signing).bytes, to: [identity.recipient])
        let peer = try Self.peer(maker.requesting, signing, sealing: identity.recipient.text, at: incoming.at)
        let file = incoming.file
        let hashes = Dictionary(known.map { ($0.act.id, Hash.of($0.hash)) }, uniquingKeysWith: { first, _ in first })
        intake = Intake(
            own: maker.requested, law: try Law(reading: try Shipped.texts()), exercise: true, now: incoming.at,
            peer: { $0 == peer.entry.signingKey.keyID ? peer : nil }, knownHash: { hashes[$0] }, acts: { $0 == file ? known : [] },
            knownReference: { _ in false })
    }

    func judge() throws -> Intake.Verdict { try intake.judge(sealed, with: identity) }

    private static func peer(_ party: Party, _ signing: SigningKey, sealing: String, at: Instant) throws -> Peer {
        let root = SigningKey.generate()
        let entry = DirectoryEntry(
            state: party.state,
            authority: .init(id: party.authority, name: "A", languages: ["en"], timeZone: "UTC", phone: nil, email: nil),
            endpoint: "https://127.0.0.1:1", rootKey: root.verifyingKey, signingKey: signing.verifyingKey, sealing: sealing,
            certificate: "AAAA", register: try NoteVerifier(name: "comity/XA/xa-ca", publicKey: [UInt8](repeating: 1, count: 32)),
            exercise: true, issuedAt: at)
        return Peer(entry: entry, jws: try entry.signed(by: root), trust: .confirmed, addedAt: at, confirmedAt: nil, confirmedBy: nil)
    }
}
