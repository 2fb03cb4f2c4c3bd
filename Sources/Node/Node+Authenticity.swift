// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Register
import Sealing
public import Standards
import Storage

/// What this node can say about where a request came from: facts, and facts that call for care. No score.
public struct Authenticity: Sendable, Codable {
    /// A fact that calls for care. None of them proves anything alone.
    public enum Indicator: String, Sendable, Codable, CaseIterable {
        /// The signature does not hold any more, or the key is not one of that State.
        case signature
        /// The keys of that State were revoked, or never confirmed.
        case notConfirmed = "not-confirmed"
        /// The keys came into this directory less than 7 days before the request.
        case newKey = "new-key"
        /// The State had other keys here before.
        case replacedKey = "replaced-key"
        /// The fingerprint was confirmed less than 7 days before the request.
        case recentConfirmation = "recent-confirmation"
        /// Made between 22:00 and 06:00 where the sender is.
        case unusualHour = "unusual-hour"
        /// This node has no earlier request of that State.
        case firstRequest = "first-request"
        /// The request gives a telephone number that the directory does not have.
        case otherPhone = "other-phone"
        /// The time in the request and the time of its arrival differ by more than 10 minutes.
        case clockDiffers = "clock-differs"
    }

    public let from: StateCode
    public let authority: String
    public let officer: String
    public let role: String
    /// The second person who approved it, by pseudonym.
    public let approvedBy: [String]
    /// The signature was checked again now.
    public let signatureHolds: Bool
    public let keyID: String
    /// `confirmed`, `unconfirmed`, `revoked`; nil when the State has no entry here.
    public let trust: String?
    public let entryIssued: Instant?
    public let entryAdded: Instant?
    public let confirmed: Instant?
    /// Who confirmed it, and how.
    public let confirmedBy: String?
    /// From the directory, never from the request.
    public let phone: String?
    /// What the request itself gives, for comparison.
    public let phoneInRequest: String?
    public let made: Instant
    public let arrived: Instant
    /// Earlier requests of that State here.
    public let earlier: Int
    /// What the officer who is called back must say: `SpokenCode`.
    public let code: [String]
    public let indicators: [Indicator]
}

extension Node {
    private static let recent: Int64 = 7 * 86_400_000

    /// Looks at the act that opened a file and at the directory.
    /// - Throws: `.permission` for somebody who does not see content.
    public func authenticity(_ ref: FileReference, officer: String?) throws(ComityError) -> Authenticity {
        try requireContent(of: ref, officer: officer, to: "examine a request")
        return try store.read { reader in
            guard let row = try reader.file(ref) else { throw try Self.noFile(ref, reader) }
            var keys = KeysOfStates(reader)
            return try authenticity(of: try Self.dossier(row.id, reader), reader, &keys)
        }
    }

    /// - Parameter most: earlier requests are counted up to this number.
    func authenticity(of dossier: Dossier, _ reader: Reader, _ states: inout KeysOfStates, most: Int = .max) throws -> Authenticity {
        guard let stored = try reader.act(dossier.opening.id) else { throw Self.noFile(dossier.ref) }
        let act = dossier.opening
        let (peer, former) = try states.of(act.from.state)
        let keys = ([peer?.entry].compactMap { $0 } + former).flatMap { [$0.signingKey] + $0.formerSigningKeys }
        let keyID = try UnverifiedAct(stored.jws).jws.signatures.first?.keyID
        let key = keys.first { $0.keyID == keyID }
        let holds = key.map { signatures.holds(stored.jws, of: stored.hash, by: $0) } ?? false
        let earlier = try reader.requests(from: act.from.state, before: act.at, most: most)
        let given = dossier.request.content.at("authority.contact")?.string.flatMap { Self.digits($0).count >= 6 ? $0 : nil }
        let isOurs = act.from.state == state
        let facts = Facts(
            peer: peer, replaced: !former.isEmpty, holds: isOurs || holds, made: act.at, arrived: stored.registered, earlier: earlier,
            given: given)
        return Authenticity(
            from: act.from.state, authority: act.from.authority, officer: act.by.officer, role: act.by.role,
            approvedBy: act.by.approvals.map(\.officer), signatureHolds: isOurs || holds, keyID: keyID ?? "",
            trust: peer?.trust.rawValue, entryIssued: peer?.entry.issuedAt, entryAdded: peer?.addedAt, confirmed: peer?.confirmedAt,
            confirmedBy: peer?.confirmedBy, phone: peer?.entry.authority.phone, phoneInRequest: given, made: act.at,
            arrived: stored.registered, earlier: earlier, code: SpokenCode.groups(of: stored.hash.description),
            indicators: isOurs ? [] : facts.indicators)
    }

    private static func digits(_ text: String) -> String {
        String(text.unicodeScalars.filter { (0x30...0x39).contains($0.value) }.map(Character.init))
    }

    private struct Facts {
        let peer: Peer?
        let replaced: Bool
        let holds: Bool
        let made: Instant
        let arrived: Instant
        let earlier: Int
        let given: String?

        var indicators: [Authenticity.Indicator] {
            var found: [Authenticity.Indicator] = []
            if !holds { found.append(.signature) }
            if peer?.trust != .confirmed { found.append(.notConfirmed) }
            if let added = peer?.addedAt, made.milliseconds - added.milliseconds < Node.recent { found.append(.newKey) }
            if replaced { found.append(.replacedKey) }
            if let confirmed = peer?.confirmedAt, made.milliseconds - confirmed.milliseconds < Node.recent {
                found.append(.recentConfirmation)
            }
            if let zone = peer?.entry.authority.timeZone {
                let local = Node.at(made, zone: zone)
                let hour = (local.milliseconds + Int64(local.offsetMinutes) * 60_000) / 3_600_000 % 24
                if hour < 6 || hour >= 22 { found.append(.unusualHour) }
            }
            if earlier == 0 { found.append(.firstRequest) }
            if let given, let phone = peer?.entry.authority.phone, Node.digits(given) != Node.digits(phone) { found.append(.otherPhone) }
            if abs(arrived.milliseconds - made.milliseconds) > 600_000 { found.append(.clockDiffers) }
            return found
        }
    }
}

/// The directory as one snapshot has it, each State looked up once.
struct KeysOfStates {
    private let reader: Reader
    private var known: [StateCode: (peer: Peer?, former: [DirectoryEntry])] = [:]

    init(_ reader: Reader) { self.reader = reader }

    /// The entry of a State, and those it had before.
    mutating func of(_ state: StateCode) throws -> (peer: Peer?, former: [DirectoryEntry]) {
        if let found = known[state] { return found }
        let found = (peer: try reader.peer(state), former: try reader.formerEntries().filter { $0.state == state })
        known[state] = found
        return found
    }
}
