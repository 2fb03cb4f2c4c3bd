// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
public import Standards
import Storage

extension Node {
    /// Changes what the authority says about itself in `node.json` and in the directory entry. Its short id and the keys stay.
    ///
    /// Peers that hold the old entry keep it until they import the new one.
    /// - Parameter administrator: nil is the node's owner.
    /// - Throws: `.permission`, `.usage` for a zone or languages that cannot be, `.schema` for an entry that others would refuse.
    public func setAuthority(
        name: String, languages: [String], timeZone: String, phone: String?, email: String?, by administrator: String?
    ) async throws(ComityError) {
        try authorise(administrator, .administer, to: "change the facts about the authority")
        try Self.check(name: name)
        try Self.checkZone(timeZone)
        guard (1...20).contains(languages.count), Set(languages).count == languages.count else {
            throw ComityError(.usage, "Between 1 and 20 languages are needed, each once.", next: "Write them as en, fr, pt-BR.")
        }
        for language in languages { try Self.checkLanguage(language) }
        try refreshConfiguration()
        try Self.check(phone: phone, email: email)
        let old = configuration
        let authority = DirectoryEntry.Authority(
            id: old.authority.id, name: name, languages: languages, timeZone: timeZone, phone: phone, email: email,
            names: old.authority.names, purposes: old.authority.purposes, scope: old.authority.scope, channels: old.authority.channels,
            hours: old.authority.hours)
        guard authority != old.authority else { return }
        let changes: [(String, Bool)] = [
            ("name", name != old.authority.name), ("languages", languages != old.authority.languages),
            ("timeZone", timeZone != old.authority.timeZone), ("phone", phone != old.authority.phone),
            ("email", email != old.authority.email),
        ]
        let event = try event(
            .nodeChanged, file: nil, by: administrator ?? "node",
            detail: ["changed": .array(changes.filter(\.1).map { .string($0.0) })])
        try take(old.changed(authority: authority, at: old.nextChange(now: realTime.now())))
        time.move(toZone: timeZone)
        _ = try await store.commit { try $0.append(event) }
    }

    static func checkZone(_ zone: String) throws(ComityError) {
        guard TimeZone(identifier: zone) != nil else {
            throw ComityError(
                .usage, "“\(Text.safe(zone, limit: 60))” is not a time zone.", next: "Use an IANA name, for example America/Montevideo.")
        }
    }

    static func check(phone: String?, email: String?) throws(ComityError) {
        if let phone {
            guard (4...40).contains(phone.utf8.count), phone.hasPrefix("+"),
                phone.dropFirst().allSatisfy({ $0.isASCII && ($0.isNumber || $0 == " " || $0 == "-") })
            else {
                throw ComityError(
                    .usage, "“\(Text.safe(phone, limit: 60))” is not a telephone number that works from abroad.",
                    next: "Begin with + and the country code, for example +998 71 123 45 67.")
            }
        }
        if let email {
            let parts = email.split(separator: "@", omittingEmptySubsequences: false)
            guard email.utf8.count <= 120, parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), Text.safe(email) == email,
                !email.contains(where: \.isWhitespace)
            else {
                throw ComityError(
                    .usage, "“\(Text.safe(email, limit: 120))” is not an e-mail address.", next: "Write it as desk@example.org.")
            }
        }
    }
}
