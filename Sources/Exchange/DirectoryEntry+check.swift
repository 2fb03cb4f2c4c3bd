// SPDX-License-Identifier: Apache-2.0

import Register
import Sealing
public import Standards

extension DirectoryEntry {
    static let mostAuthorities = 32
    private static let mostChannels = 32
    private static let mostRequirements = 100
    private static let mostNames = 32

    /// Everything that must hold of an entry besides the signature of its root key.
    /// - Throws: `.schema` naming the member.
    public func check() throws(ComityError) {
        try Self.require(v == Self.version, "its version is \(v), this node reads \(Self.version).")
        try Self.require(
            endpoint.hasPrefix("https://") && endpoint.utf8.count <= 300 && Text.safe(endpoint, limit: 300) == endpoint,
            "the endpoint is not an https address.")
        try Self.require(register.kind == .ed25519, "the key of the register is not an Ed25519 key.")
        _ = try AgeRecipient(sealing)
        try Self.require((Base64.decode(certificate)?.count ?? 0) > 0, "the certificate is not base64.")
        let all = allAuthorities
        try Self.require(all.count <= Self.mostAuthorities, "it names more than \(Self.mostAuthorities) authorities.")
        try Self.require(Set(all.map(\.id)).count == all.count, "two authorities have the same id.")
        for authority in all { try authority.check() }
        try Self.require((requirements ?? []).count <= Self.mostRequirements, "it has more than \(Self.mostRequirements) requirements.")
        for requirement in requirements ?? [] {
            try Self.require(Self.isCode(requirement.code), "the code of a requirement is not made of a-z, 0-9 and -.")
            try Self.text(requirement.value, 300, "requirements.\(requirement.code).value")
            try Self.text(requirement.says, 2000, "requirements.\(requirement.code).says")
            try Self.text(requirement.source, 300, "requirements.\(requirement.code).source")
        }
        for (use, period) in validity ?? [:] {
            try Self.require(
                period.notAfter.map { $0 > period.notBefore } ?? true, "the key for \(use.rawValue) ends before it begins.")
        }
        try checkSuccessions()
    }

    /// Each key is the successor of the one before it, the last one is the key of the entry, and who signed had the right to.
    private func checkSuccessions() throws(ComityError) {
        guard let successions, !successions.isEmpty else { return }
        try Self.require(successions.count <= Succession.most, "it names more than \(Succession.most) successions.")
        let roots = former(.root).compactMap { try? VerifyingKey(text: $0.former) } + [rootKey]
        for use in KeyUse.allCases {
            let chain = successions.filter { $0.claims.use == use }
            for (place, succession) in chain.enumerated() {
                let claims = succession.claims
                func require(_ holds: Bool, _ says: String) throws(ComityError) {
                    try Self.require(holds, "the succession of the key for \(use.rawValue) \(says).")
                }
                try require(claims.v == 1 && claims.state == state && claims.authority == authority.id, "is of another node")
                let next = place + 1 < chain.count ? chain[place + 1].claims.former : key(use)
                try require(claims.successor == next && claims.former != claims.successor, "does not lead to the key of the entry")
                try require(place == 0 || chain[place - 1].claims.at <= claims.at, "goes back in time")
                switch use {
                case .root, .signing:
                    let keys = (try? VerifyingKey(text: claims.former), try? VerifyingKey(text: claims.successor))
                    guard let former = keys.0, let successor = keys.1 else { return try require(false, "names no Ed25519 key") }
                    try require(succession.isSigned(by: former), "is not signed by the key before it")
                    try require(use != .root || succession.isSigned(by: successor), "is not signed by the new key")
                case .sealing, .tls:
                    try require(roots.contains { succession.isSigned(by: $0) }, "is not signed by the root key")
                // The register is what its key signed, and statements are signed by two keys at once: neither has a successor.
                case .register, .statement: try require(false, "cannot be: this key has no successor")
                }
            }
        }
    }

    fileprivate static func require(_ holds: Bool, _ says: String) throws(ComityError) {
        guard holds else { throw ComityError(.schema, "The directory entry is not well-formed: \(says)") }
    }

    fileprivate static func text(_ text: String?, _ limit: Int, _ name: String) throws(ComityError) {
        guard let text else { return }
        try require(
            !text.isEmpty && text.utf8.count <= limit && Text.safe(text, limit: limit) == text,
            "“\(name)” is empty, too long or unprintable.")
    }

    /// `a-z 0-9 -`, at most 60.
    fileprivate static func isCode(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
    }

    fileprivate static func check(_ channels: [Channel], _ at: String) throws(ComityError) {
        try require(channels.count <= mostChannels, "\(at) has more than \(mostChannels) channels.")
        for channel in channels {
            try require(isCode(channel.kind), "the kind of a channel of \(at) is not made of a-z, 0-9 and -.")
            try text(channel.address, 300, "\(at).channels.address")
        }
    }

    fileprivate static func check(_ names: [String: String], _ at: String) throws(ComityError) {
        try require(names.count <= mostNames, "\(at) has more than \(mostNames) names.")
        for (tag, name) in names {
            try text(tag, 40, "\(at).names")
            try text(name, 300, "\(at).names.\(Text.safe(tag, limit: 40))")
        }
    }
}

extension DirectoryEntry.Authority {
    private static let mostPurposes = 20

    /// - Throws: `.schema` naming the member.
    func check() throws(ComityError) {
        for text in [id, name, timeZone, phone ?? "x", email ?? "x"] + languages {
            try DirectoryEntry.require(
                !text.isEmpty && text.utf8.count <= 300 && Text.safe(text, limit: 300) == text, "a name is empty, too long or unprintable.")
        }
        try DirectoryEntry.require(
            id.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D },
            "the id of the authority is not made of a-z, 0-9 and -.")
        try DirectoryEntry.require(languages.count <= 32, "too many languages.")
        try DirectoryEntry.require((purposes ?? []).count <= Self.mostPurposes, "\(id) has more than \(Self.mostPurposes) purposes.")
        for purpose in purposes ?? [] {
            try DirectoryEntry.require(DirectoryEntry.isCode(purpose), "a purpose of \(id) is not made of a-z, 0-9 and -.")
        }
        try DirectoryEntry.text(scope, 1000, "\(id).scope")
        try DirectoryEntry.check(channels ?? [], id)
        try DirectoryEntry.check(names ?? [:], id)
    }
}
