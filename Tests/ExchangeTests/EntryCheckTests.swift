// SPDX-License-Identifier: Apache-2.0

import Register
import Sealing
import Standards
import TestSupport
import Testing

@testable import Exchange

/// What an entry may say; entries of before say less and read the same.
@Suite struct EntryCheckTests {
    private static let root = SigningKey.generate()

    private func entry(
        authority: DirectoryEntry.Authority? = nil, authorities: [DirectoryEntry.Authority]? = nil,
        requirements: [DirectoryEntry.Requirement]? = nil, validity: [KeyUse: KeyValidity]? = nil, successions: [Succession]? = nil
    ) throws -> DirectoryEntry {
        DirectoryEntry(
            state: try StateCode("XA"), authority: authority ?? Self.authority(), endpoint: "https://127.0.0.1:1",
            rootKey: Self.root.verifyingKey, signingKey: Self.root.verifyingKey, sealing: AgeIdentity.generate().recipient.text,
            certificate: "AAAA", register: try NoteSigner(name: "comity/XA/xa-247", seed: NoteSigner.newSeed()).verifier, exercise: true,
            issuedAt: try Instant("2026-11-22T00:00:00Z"), authorities: authorities, requirements: requirements, validity: validity,
            successions: successions)
    }

    private static func authority(
        _ id: String = "xa-247", names: [String: String]? = nil, purposes: [String]? = nil, scope: String? = nil,
        channels: [DirectoryEntry.Channel]? = nil
    ) -> DirectoryEntry.Authority {
        .init(
            id: id, name: "Point", languages: ["en"], timeZone: "UTC", phone: nil, email: nil, names: names, purposes: purposes,
            scope: scope,
            channels: channels)
    }

    @Test func anEntryThatSaysNothingNewHasTheBytesOfBefore() throws {
        let text = String(decoding: try IJSON.encode(try entry()), as: UTF8.self)
        for name in ["authorities", "requirements", "validity", "successions", "purposes", "channels", "hours", "names", "scope"] {
            #expect(!text.contains("\"\(name)\""), "\(name)")
        }
        let signed = try entry().signed(by: Self.root)
        #expect(try DirectoryEntry(verifying: signed).authorities == nil)
    }

    /// Whoever is newer may use codes that this node does not know.
    @Test func unknownCodesAndMembersAreKept() throws {
        let made = try entry(
            authority: Self.authority(purposes: ["quantum-matters"], channels: [.init(kind: "pigeon", address: "Roof")]),
            requirements: [.init(code: "tea", says: "Two cups.")])
        let read = try DirectoryEntry(verifying: try made.signed(by: Self.root))
        #expect(read == made && read.authority.purposes == ["quantum-matters"])
        guard case .object(var members) = try IJSON.decode(JSONValue.self, from: try IJSON.encode(made), limit: 1 << 20) else { return }
        members["later"] = .string("something")
        let jws = try JWS.sign(payload: try IJSON.encode(JSONValue.object(members)), type: DirectoryEntry.mediaType, key: Self.root)
        #expect(try DirectoryEntry(verifying: jws).rootKey == made.rootKey)
    }

    @Test func whatIsTooMuchOrUnprintableIsRefused() throws {
        let long = String(repeating: "x", count: 3000)
        let at = try Instant("2026-11-22T00:00:00Z")
        let bad: [DirectoryEntry] = [
            try entry(authorities: [Self.authority()]),
            try entry(authorities: (0..<32).map { Self.authority("xa-\($0)") }),
            try entry(authorities: [Self.authority("XA MOJ")]),
            try entry(authority: Self.authority(scope: long)), try entry(authority: Self.authority(scope: "")),
            try entry(authority: Self.authority(scope: "a\u{202E}b")),
            try entry(authority: Self.authority(purposes: ["Not A Code"])),
            try entry(authority: Self.authority(purposes: (0..<21).map { "p-\($0)" })),
            try entry(authority: Self.authority(channels: (0..<33).map { .init(kind: "post", address: "Street \($0)") })),
            try entry(authority: Self.authority(channels: [.init(kind: "post", address: "")])),
            try entry(authority: Self.authority(names: ["fr": long])),
            try entry(authority: Self.authority(names: ["": "x"])),
            try entry(requirements: (0..<101).map { .init(code: "c-\($0)", says: "x") }),
            try entry(requirements: [.init(code: "form", says: long)]), try entry(requirements: [.init(code: "form", says: "\n")]),
            try entry(validity: [.signing: KeyValidity(notBefore: at, notAfter: at)]),
        ]
        for (number, entry) in bad.enumerated() {
            let jws = try entry.signed(by: Self.root)
            #expect(throws: ComityError(.schema, ""), "number \(number)") { try DirectoryEntry(verifying: jws) }
        }
        // At the bounds it is read.
        _ = try DirectoryEntry(verifying: try entry(authorities: (0..<31).map { Self.authority("xa-\($0)") }).signed(by: Self.root))
    }

    /// A chain must lead, step by step and forwards in time, to the key of the entry.
    @Test func chainsThatLeadNowhereAreRefused() throws {
        let (first, second) = (SigningKey.generate(), SigningKey.generate())
        let state = try StateCode("XA")
        func step(_ from: SigningKey, _ to: SigningKey, _ at: String, use: KeyUse = .signing, by: [SigningKey]? = nil, v: String = "xa-247")
            throws -> Succession
        {
            try Succession(
                state: state, authority: v, use: use, former: from.verifyingKey.text, successor: to.verifyingKey.text, at: Instant(at),
                signedBy: by ?? [from])
        }
        let (early, late) = ("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")
        let good = [try step(first, second, early), try step(second, Self.root, late)]
        let read = try DirectoryEntry(verifying: try entry(successions: good).signed(by: Self.root))
        #expect(
            read.formerSigningKeys.count == 2 && read.hasSigned(first.keyID)
                && read.asSigned(by: first.keyID).signingKey == first.verifyingKey)
        let bad: [[Succession]] = [
            good.reversed(), [good[0]], [try step(first, second, late), try step(second, Self.root, early)],
            [try step(second, Self.root, late, v: "xa-moj")], [try step(second, Self.root, late, by: [first])],
            [try step(second, Self.root, late, use: .register)], [try step(Self.root, Self.root, late)],
            Array(repeating: good[1], count: 65),
        ]
        for (number, chain) in bad.enumerated() {
            let jws = try entry(successions: chain).signed(by: Self.root)
            #expect(throws: ComityError(.schema, ""), "chain \(number)") { try DirectoryEntry(verifying: jws) }
        }
    }
}
