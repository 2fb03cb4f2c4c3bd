// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Glibc
import Register
import Sealing
import Standards
import Storage

/// Says what is wrong with one entry, by itself. An act of a file in the list is judged with its file. Called from several threads.
struct EntryJudge: Sendable {
    let keys: AuditKeys

    /// Nil when nothing is.
    func fault(of row: AuditRow) -> String? {
        guard let content = row.content else { return "Entry \(row.index) holds no hash." }
        switch row.kind {
        case "act": return act(row, content)
        case "event":
            guard let bytes = row.event else { return "The event of entry \(row.index) is gone." }
            guard Hash.of(bytes) == content else { return "The event of entry \(row.index) was changed." }
            return Self.says(bytes, "id", row.ref) && Self.says(bytes, "event", row.what)
                && (row.file == nil || Self.says(bytes, "file", row.file))
                ? nil : "The id, kind or file of the event of entry \(row.index) is not what its bytes say."
        case PendingEntry.Kind.lost.rawValue:
            return row.ref == content.description ? nil : "Entry \(row.index), whose content was lost, was changed."
        default: return "Entry \(row.index) is of the unknown kind “\(Text.safe(row.kind, limit: 20))”."
        }
    }

    private func act(_ row: AuditRow, _ content: Hash) -> String? {
        guard let act = row.act else { return "The act of entry \(row.index) is gone." }
        guard act.id == row.ref else { return "The act \(act.id) says it is entry \(row.index), which is of the act \(row.ref)." }
        guard act.hash == content else { return "The act \(act.id) was changed." }
        return act.jws == nil ? nil : judge(act).says
    }

    /// Reads an act once and judges its bytes: its hash, its one signature, and that they say what its row says.
    /// - Returns: what is wrong, nil when nothing is; and what was signed, where it can be read.
    func judge(_ act: AuditRow.StoredAct) -> (says: String?, payload: [UInt8]?) {
        guard let jws = try? JWS(parsing: act.jws ?? [], limit: Act.limit) else { return ("The act \(act.id) was changed.", nil) }
        return (fault(of: act, jws), jws.payload)
    }

    private func fault(of act: AuditRow.StoredAct, _ jws: JWS) -> String? {
        guard Hash.of(jws.payload) == act.hash else { return "The act \(act.id) was changed." }
        guard let signature = jws.signatures.first, let known = keys.signing[signature.keyID], (known.state == keys.state) == act.outgoing
        else { return "The act \(act.id) is signed by a key that is not in the directory." }
        guard jws.signatures.count == 1, signature.type == Act.mediaType, jws.isValid(0, with: known.key) else {
            return "The act \(act.id) does not verify: its signature does not hold."
        }
        return Self.says(jws.payload, "kind", act.kind) && Self.says(jws.payload, "file", act.file) && Self.says(jws.payload, "id", act.id)
            ? nil : "The kind or file of the act \(act.id) is not what its bytes say."
    }

    /// The bytes, which are compact JSON, have this member somewhere.
    private static func says(_ bytes: [UInt8], _ name: String, _ value: String?) -> Bool {
        value.map { place(of: "\"\(name)\":\"\($0)\"", in: bytes) != nil } ?? false
    }

    /// The value of the first member of this name in compact JSON, when it is a text without escapes.
    static func text(_ bytes: [UInt8], _ name: String) -> String? {
        let member = "\"\(name)\":\""
        guard let start = place(of: member, in: bytes) else { return nil }
        return String(decoding: bytes[(start + member.utf8.count)...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    }

    private static func place(of text: String, in bytes: [UInt8]) -> Int? {
        let wanted = Array(text.utf8)
        return bytes.withUnsafeBytes { bytes in
            wanted.withUnsafeBytes { wanted in
                guard let start = bytes.baseAddress, let pattern = wanted.baseAddress else { return nil }
                var place = 0
                while bytes.count - place >= wanted.count, let found = memchr(start + place, Int32(wanted[0]), bytes.count - place) {
                    place = UnsafeRawPointer(found) - start
                    if bytes.count - place >= wanted.count, memcmp(found, pattern, wanted.count) == 0 { return place }
                    place += 1
                }
                return nil
            }
        }
    }
}
