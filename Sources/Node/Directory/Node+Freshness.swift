// SPDX-License-Identifier: Apache-2.0

public import Exchange
import Foundation
import Law
public import Standards
import Storage

/// How old what this node knows about a State is.
public struct Freshness: Sendable, Codable {
    /// What somebody should do.
    public enum Due: String, Sendable, Codable, CaseIterable {
        /// The fingerprint was not compared for long, or never.
        case confirm
        /// Nobody knows whether the entry is still the newest.
        case fetch
        /// The 24/7 channel was not tried for long, or never.
        case ring
        /// The last test call was not answered.
        case unanswered
    }

    public let state: StateCode
    public let authority: String
    public let trust: Peer.Trust
    /// When the State issued the entry, and when it came here.
    public let issued: Instant
    public let added: Instant
    public let confirmed: Instant?
    public let confirmedBy: String?
    /// When the State's own node last showed it as its newest.
    public let asked: Instant?
    /// Which published list had it, and when that was issued.
    public let listedBy: String?
    public let listed: Instant?
    /// The last test call that went out, and the seconds until a person answered.
    public let rang: Instant?
    public let answeredAfter: Int64?
    public let due: [Due]
}

extension Node {
    /// A length of the house rules; nil when a State took the rule out.
    func houseLength(_ name: String) -> Int64? {
        law.instruments.lazy.flatMap(\.constants).first { $0.id == "house.directory.\(name)" }.flatMap {
            try? ISODuration($0.value).milliseconds
        }
    }

    /// How old the entries are, those with something to do first.
    /// - Parameter officer: somebody who reads the register or keeps the machine; nil is the node's owner.
    public func freshness(officer: String?) throws(ComityError) -> [Freshness] {
        if try !may(officer, .administer) { try authorise(officer, .readRegister, to: "see how old the directory is") }
        let now = try now()
        return try store.read { reader in
            let (checks, rings) = (try reader.entryChecks(), try reader.lastRings())
            return try reader.peers().map { freshness($0, checks[$0.entry.state], rings[$0.entry.state], now) }
                .sorted { ($0.due.isEmpty ? 1 : 0, $0.state.description) < ($1.due.isEmpty ? 1 : 0, $1.state.description) }
        }
    }

    private func freshness(_ peer: Peer, _ check: EntryCheckRow?, _ ring: RingRow?, _ now: Instant) -> Freshness {
        func isOld(_ moment: Instant?, _ rule: String) -> Bool {
            guard let length = houseLength(rule) else { return false }
            return moment.map { now.milliseconds - $0.milliseconds > length } ?? true
        }
        let asked = check?.asked.map { Instant(milliseconds: $0) }
        let shown = [asked, check?.listed, peer.addedAt, peer.entry.issuedAt].compactMap { $0 }.max()
        var due: [Freshness.Due] = []
        if peer.trust != .revoked {
            if isOld(peer.confirmedAt, "confirm") { due.append(.confirm) }
            if isOld(shown, "asked") { due.append(.fetch) }
        }
        if peer.trust == .confirmed {
            if isOld(ring?.at, "ring") { due.append(.ring) }
            if let ring, ring.answered == nil, isOld(ring.at, "ring-answer") { due.append(.unanswered) }
        }
        return Freshness(
            state: peer.entry.state, authority: peer.entry.authority.name, trust: peer.trust, issued: peer.entry.issuedAt,
            added: peer.addedAt, confirmed: peer.confirmedAt, confirmedBy: peer.confirmedBy, asked: asked.map(local),
            listedBy: check?.listedBy, listed: check?.listed, rang: ring.map { local($0.at) }, answeredAfter: ring.flatMap(\.answeredAfter),
            due: due)
    }

    /// An authority that a search found.
    public struct FoundAuthority: Sendable, Codable {
        public let state: StateCode
        public let authority: DirectoryEntry.Authority
        /// Nil: of this node itself.
        public let trust: Peer.Trust?
        /// Nil: its hours are not known.
        public let openNow: Bool?
        public let confirmed: Instant?
    }

    /// Authorities of the directory whose entry has all words, whatever their case and accents.
    /// - Parameters:
    ///   - purpose: a code of `DirectoryEntry.Purpose`.
    ///   - language: a BCP 47 tag; `en` finds `en-GB` too.
    ///   - openNow: only those of whom it is known that somebody is there now.
    public func searchDirectory(words: [String], purpose: String? = nil, language: String? = nil, openNow: Bool = false) throws(ComityError)
        -> [FoundAuthority]
    {
        let now = try now()
        let wanted = words.map(Self.folded).filter { !$0.isEmpty }
        let own = try entry()
        let all = [(own, nil, nil)] + (try listPeers()).map { ($0.entry, $0.trust as Peer.Trust?, $0.confirmedAt) }
        var found: [FoundAuthority] = []
        for (entry, trust, confirmed) in all {
            for authority in entry.allAuthorities {
                let open = authority.hours.map { $0.isOpen(at: Self.at(now, zone: authority.timeZone)) }
                let text = Self.folded(
                    ([entry.state.description, authority.id, authority.name, authority.scope ?? ""] + (authority.names ?? [:]).values
                        + (authority.purposes ?? []) + authority.languages + (authority.channels ?? []).map(\.address))
                        .joined(separator: " "))
                guard wanted.allSatisfy(text.contains), purpose.map({ (authority.purposes ?? []).contains($0) }) ?? true,
                    language.map({ tag in authority.languages.contains { Self.speaks($0, tag) } }) ?? true, !openNow || open == true
                else { continue }
                found.append(FoundAuthority(state: entry.state, authority: authority, trust: trust, openNow: open, confirmed: confirmed))
            }
        }
        return found
    }

    private static func speaks(_ language: String, _ tag: String) -> Bool {
        let (language, tag) = (language.lowercased(), tag.lowercased())
        return language == tag || language.hasPrefix(tag + "-")
    }

    private static func folded(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
    }
}

extension RingRow {
    /// Whole seconds until a person answered; nil while nobody has.
    var answeredAfter: Int64? { answered.map { max(0, ($0.milliseconds - at.milliseconds) / 1000) } }
}

extension Node {
    /// Keys of other States that a peer doubts and that are believed here, and keys of this node that are to be replaced.
    func keyAlarms() throws(ComityError) -> [DoctorCheck] {
        let doubted = try keyWarnings(officer: nil).filter(\.isBelieved)
        var checks = doubted.map { warning in
            DoctorCheck(
                name: "key-warning", grade: .bad,
                says: "\(warning.from) says that the key of \(warning.of) is doubtful from \(local(warning.since)) on. \(warning.says)",
                fix:
                    "Telephone \(warning.of) on a number you knew before. If it is so: comity trust revoke \(warning.of) --doubtful-from \(warning.since)"
            )
        }
        checks += try directoryChecks().filter { $0.name == "key-calendar" && $0.grade != .ok }
        return checks
    }

    /// What `doctor` and the duty desk say about keys that are to be replaced, and about what is known of other States.
    func directoryChecks() throws(ComityError) -> [DoctorCheck] {
        let due = try keyTerms().filter(\.isDue)
        let old = try freshness(officer: nil).filter { !$0.due.isEmpty && $0.trust == .confirmed }
        return [
            DoctorCheck(
                name: "key-calendar", grade: due.isEmpty ? .ok : .warn,
                says: due.isEmpty
                    ? "no key is to be replaced"
                    : due.map { "the key for \($0.use.rawValue) is to be replaced by \($0.due?.description ?? "now")" }.joined(
                        separator: "; "),
                fix: due.isEmpty
                    ? "" : due.map { "Stop the node, then comity trust rotate --key \($0.use.rawValue)" }.joined(separator: "; ")),
            DoctorCheck(
                name: "directory", grade: .ok,
                says: old.isEmpty
                    ? "what is known of other States is fresh"
                    : "something to do about \(old.prefix(10).map(\.state.description).joined(separator: ", "))",
                fix: old.isEmpty ? "" : "comity directory freshness"),
        ]
    }
}
