// SPDX-License-Identifier: Apache-2.0

public import Exchange
import Sealing
public import Standards
import Storage

/// The call over a second channel: who was called, on which number, and where that number came from.
public struct SecondChannel: Sendable {
    /// In words: by telephone, in person.
    public let how: String
    /// Who answered.
    public let called: String?
    /// The number; nil where none was called.
    public let number: String?
    /// Where the number stood, when it is in nothing that this node believed before.
    public let numberSource: String?

    public init(how: String, called: String? = nil, number: String? = nil, numberSource: String? = nil) {
        self.how = how
        self.called = called
        self.number = number
        self.numberSource = numberSource
    }
}

/// A telephone number of a State that was known before its entry came.
public struct KnownNumber: Sendable, Equatable {
    public let number: String
    /// Where it stood, in words.
    public let source: String
}

extension Node {
    /// Numbers of a State that were known before its entry came: from an entry that was believed, or from a list of a publisher whose
    /// fingerprint was compared.
    public func knownNumbers(_ state: StateCode) throws(ComityError) -> [KnownNumber] {
        try store.read { try Self.numbersBefore(state, $0) }.map { KnownNumber(number: $0.number, source: $0.source) }
    }

    private static func numbersBefore(_ state: StateCode, _ reader: Reader) throws -> [KnownNumberRow] {
        let known = try reader.knownNumbers(state)
        // Entries that were believed before there was a table of numbers; one that was never believed is not among them.
        guard let peer = try reader.peer(state), peer.trust != .unconfirmed, peer.confirmedAt != nil else { return known }
        let digits = Set(known.map { Self.plain($0.number) })
        return known
            + peer.entry.numbers.filter { !digits.contains(Self.plain($0)) }.map {
                KnownNumberRow(number: $0, source: "the confirmed entry of \(peer.entry.issuedAt)", at: peer.entry.issuedAt)
            }
    }

    /// Where a number was known from; what is said about it otherwise.
    /// - Throws: `.usage` when it is known from nothing and nobody says where it came from.
    public func source(ofNumber number: String, said: String?, of state: StateCode) throws(ComityError) -> String {
        try store.read { try Self.source(of: number, said, state, $0) }
    }

    private static func plain(_ number: String) -> String { number.filter { $0.isASCII && $0.isNumber } }

    /// Where a number was known from; what was said about it otherwise.
    /// - Throws: `.usage` when it is known from nothing and nobody says where it came from.
    static func source(of number: String, _ said: String?, _ state: StateCode, _ reader: Reader) throws -> String {
        let digits = plain(number)
        guard digits.count >= 4, number.utf8.count <= 40, Text.safe(number) == number else {
            throw ComityError(.usage, "“\(Text.safe(number, limit: 40))” is not a telephone number.", next: "Begin with + and the country.")
        }
        if let known = try numbersBefore(state, reader).first(where: { plain($0.number) == digits }) { return known.source }
        if let said, !said.isEmpty { return "said: \(Text.safe(said, limit: 200))" }
        let known = try numbersBefore(state, reader).map { "\($0.number) (\($0.source))" }
        throw ComityError(
            .usage, "The number \(number) is in nothing about \(state) that this node believed before.",
            why: "A number of the entry itself proves nothing: whoever made the entry wrote it.",
            next: known.isEmpty
                ? "Say where you have it from: --number-source \"letter of the Ministry of 3 May\"."
                : "Known are \(known.joined(separator: ", ")). Otherwise say where you have it from: --number-source TEXT.")
    }

    /// Records that the fingerprint, all of its digits or words, was compared over a second channel.
    /// - Throws: `.verificationFailed` when it differs, `.usage`, `.notFound`, `.wrongState` for a revoked peer.
    public func confirmPeer(_ state: StateCode, fingerprint: String, by officer: String, over channel: SecondChannel)
        async throws(ComityError) -> Peer
    {
        try await confirm(state, by: officer, channel, groups: []) { known throws(ComityError) in
            guard try DirectoryEntry.fingerprint(fingerprint, isOf: known.rootKey.rawRepresentation) else {
                throw ComityError(
                    .verificationFailed, "The fingerprint differs from the entry of \(state).",
                    why: "Either it was misheard, or the entry is not from \(state).",
                    next: "Ask \(state) to read it again, on a number you knew before. If it differs again, do not confirm.")
            }
        }
    }

    /// The same, without saying who was called.
    public func confirmPeer(_ state: StateCode, fingerprint: String, by officer: String, how: String) async throws(ComityError) -> Peer {
        try await confirmPeer(state, fingerprint: fingerprint, by: officer, over: SecondChannel(how: how))
    }

    /// Records that the fingerprint was compared over a second channel, by two groups that an officer typed from what was read to
    /// him.
    /// - Parameters:
    ///   - groups: five digits each, by their place from 1 to 8; two or more.
    /// - Throws: `.verificationFailed` when one differs, `.usage` for fewer than two, `.notFound`, `.wrongState`.
    public func confirmPeer(_ state: StateCode, groups: [Int: String], by officer: String, over channel: SecondChannel)
        async throws(ComityError) -> Peer
    {
        try await confirm(state, by: officer, channel, groups: groups.keys.sorted()) {
            known throws(ComityError) in try Self.compare(groups, with: known.fingerprint, of: state)
        }
    }

    /// - Throws: `.verificationFailed` when a group differs, `.usage` for fewer than two.
    public static func compare(_ groups: [Int: String], with fingerprint: String, of state: StateCode) throws(ComityError) {
        let all = fingerprint.split(separator: " ").map(String.init)
        guard groups.count >= 2, groups.keys.allSatisfy({ all.indices.contains($0 - 1) }) else {
            throw ComityError(.usage, "Two groups of the fingerprint are needed.", next: "Type them as they are read to you.")
        }
        guard groups.allSatisfy({ all[$0.key - 1] == $0.value.filter { $0.isASCII && $0.isNumber } }) else {
            throw ComityError(
                .verificationFailed, "What was read to you differs from the entry of \(state).",
                why: "Either it was misheard, or the entry is not from \(state).",
                next: "Ask \(state) to read it again, on a number you knew before. If it differs again, do not confirm.")
        }
    }

    private func confirm(
        _ state: StateCode, by officer: String, _ channel: SecondChannel, groups: [Int],
        compare: @escaping @Sendable (DirectoryEntry) throws(ComityError) -> Void
    ) async throws(ComityError) -> Peer {
        _ = try require(officer, .trust, to: "confirm keys of other States")
        let now = try now()
        let id = newID(at: now)
        let result = try await store.commit { writer in
            guard let known = try writer.reader.peer(state) else { throw Self.noPeer(state) }
            guard known.trust != .revoked else {
                throw ComityError(.wrongState, "The keys of \(state) were revoked.", next: "Import a new entry with comity trust add.")
            }
            try compare(known.entry)
            var detail: [String: JSONValue] = ["state": .string(state.description), "how": .string(channel.how)]
            if let called = channel.called { detail["called"] = .string(called) }
            if !groups.isEmpty { detail["groups"] = .array(groups.map { .integer(Int64($0)) }) }
            var words = [officer, channel.how, channel.called].compactMap { $0 }
            if let number = channel.number {
                let source = try Self.source(of: number, channel.numberSource, state, writer.reader)
                detail["number"] = .string(number)
                detail["numberSource"] = .string(source)
                words.append("on \(number) from \(source)")
            }
            let peer = Peer(
                entry: known.entry, jws: known.jws, trust: .confirmed, addedAt: known.addedAt, confirmedAt: now,
                confirmedBy: words.joined(separator: ", "))
            try writer.save(peer)
            try writer.append(RegisterEvent(id: id, event: .peerConfirmed, file: nil, at: now, by: officer, detail: detail))
            try Self.noteNumbers(peer, &writer)
            return peer
        }
        peers.forget()
        return result.value
    }
}
