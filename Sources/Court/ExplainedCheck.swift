// SPDX-License-Identifier: Apache-2.0

import Register
public import Sealing
import Standards

/// One thing that was checked, in plain words: with which key, with what result, what it proves and what not.
public struct ExplainedCheck: Encodable, Sendable {
    public let what: String
    /// The key that was used; empty where none is needed.
    public let key: String
    public let holds: Bool
    public let result: String
    public let proves: String
    public let doesNot: String

    init(_ what: String, key: String = "", holds: Bool, result: String, proves: String, doesNot: String = "") {
        self.what = what
        self.key = key
        self.holds = holds
        self.result = result
        self.proves = proves
        self.doesNot = doesNot
    }

    /// What a valid package or bundle proves, and what it does not.
    public static let proves =
        "The exhibits are byte for byte what that authority sealed then. With a court bundle also: who, according to the registers of both States, held them since."
    public static let doesNotProve =
        "That the content is true; that nothing happened before sealing; who owns a key (compare the fingerprints by a second channel); "
        + "that nobody copied the exhibits; that a State wrote everything into its register."

    /// The checks of a package or bag.
    /// - Parameters:
    ///   - isSealed: it came in its envelope.
    ///   - signer: as the directory entry in the bag names it; nil when there is none.
    public static func list(_ verdict: PackageVerdict, isSealed: Bool, signer: SignerIdentity?) -> [ExplainedCheck] {
        func has(_ fronts: String...) -> Bool { verdict.findings.contains { finding in fronts.contains { finding.hasPrefix($0) } } }
        func result(_ holds: Bool, _ good: String, _ bad: String) -> String { holds ? good : bad }
        var checks: [ExplainedCheck] = []
        if isSealed {
            let holds = !has("envelope", "archive")
            checks.append(
                .init(
                    "The sealed file (age) was opened and every piece of it checked.", key: "the key of the recipient", holds: holds,
                    result: result(holds, "Every piece is as it was sealed.", "A piece was changed, cut off or appended."),
                    proves: "Nobody changed the sealed file since it was made.", doesNot: "Who made it: anybody can seal for a recipient."))
        }
        let listsHold = !has("tag-", "manifest-", "contents-", "information-", "entry-", "more")
        checks.append(
            .init(
                "The lists in the bag (BagIt, RFC 8493) were compared with each other and with the signed statement.", holds: listsHold,
                result: result(listsHold, "They agree.", "They do not agree."),
                proves: "Nothing was put in or taken away beside the exhibits."))
        let intact = verdict.exhibits.count { $0.state == .intact }
        let exhibitsHold = !verdict.exhibits.isEmpty && intact == verdict.exhibits.count || verdict.statement?.exhibits.isEmpty == true
        checks.append(
            .init(
                "Every exhibit was read to its end; its size and SHA-256 were compared with the signed statement.", holds: exhibitsHold,
                result: "\(intact) of \(verdict.exhibits.count) are intact.", proves: "An intact exhibit is byte for byte what was sealed.",
                doesNot: "That its content is true, or how it came about."))
        let key =
            switch verdict.signer {
            case .trusted, .unknown: verdict.signatures.map { "\($0.name) key \($0.kid)" }.joined(separator: ", ")
            case .invalid: ""
            }
        let signatureHolds = verdict.signer != .invalid && !has("signature-", "statement-", "signer-")
        checks.append(
            .init(
                "Every signature of the statement was checked.", key: key, holds: signatureHolds,
                result: result(
                    signatureHolds, "\(verdict.signatures.sentence).",
                    verdict.signatures.isEmpty ? "There is none that can be read." : "\(verdict.signatures.sentence); or one is missing."),
                proves: "Whoever holds that key signed the list of exhibits, the authorisation and the conditions.",
                doesNot: "Who holds the key."))
        if let signer { checks.append(owner(signer)) }
        return checks
    }

    static func owner(_ signer: SignerIdentity) -> ExplainedCheck {
        let isOther = signer.isConfirmedHere == false
        return .init(
            "The directory entry of \(Text.safe(signer.authority)) (\(signer.state)) was checked: its root key signed it.",
            key: "root key with the fingerprint \(signer.fingerprint)", holds: !isOther,
            result: signer.isConfirmedHere == true
                ? "It holds, and this node has confirmed the fingerprint."
                : isOther ? "It is not the entry that was confirmed here." : "It holds. Compare the fingerprint by a second channel.",
            proves: "The keys named in it belong together.",
            doesNot: signer.isConfirmedHere == true ? "" : "That they are that State's: ask the authority to read its fingerprint to you.")
    }
}

extension CourtJudge {
    /// The checks of a bundle, in the order in which they build on each other.
    var checks: [ExplainedCheck] {
        var checks = package.map { ExplainedCheck.list($0, isSealed: false, signer: nil) } ?? []
        checks += signers.map(ExplainedCheck.owner)
        let own = own?.description ?? "the State"
        let key = signers.first { $0.state == own }.map { "Ed25519 key \($0.keyID)" } ?? ""
        let filesHold = isSigned && !findings.has(.bundleChanged, .bundleMissing)
        checks.append(
            .init(
                "The signature of \(CourtLayout.signature) was checked, and every file that it lists.", key: key, holds: filesHold,
                result: filesHold
                    ? "It holds; \(reading.manifest?.files.count ?? 0) files are as listed, and there is no other."
                    : "A file was changed, is missing or was added.",
                proves: "\(own) made this bundle, and nobody changed it since.", doesNot: "That \(own) put everything into it."))
        checks.append(
            .init(
                "The checkpoint of the register was checked.",
                key: "register key \(reading.document.map { Text.safe($0.register.key, limit: 200) } ?? "")",
                holds: head != nil && !findings.has(.checkpointBad),
                result: head.map { "It holds: \($0.size) entries." } ?? "It does not hold.",
                proves: "\(own) signed this state of its register.",
                doesNot: cosigners.isEmpty ? "That \(own) showed everybody the same register." : ""))
        if let size = cosigners.first?.size {
            let covered = entries.count { $0.entry.index < size }
            checks.append(
                .init(
                    "The signatures of other States on the register were checked, and that its checkpoint extends what they signed.",
                    holds: true,
                    result: cosigners.map { "\($0.state) cosigned \($0.size) entries at \($0.at.utc)" }.joined(separator: "; ") + ".",
                    proves:
                        "\(covered) of \(entries.count) acts and events stood in the register then, and \(own) cannot show another register without "
                        + "contradicting what they hold.",
                    doesNot: "What stands in the register after that was seen by nobody else yet."))
        }
        let proven = entries.count { $0.outcome == .proven }
        let changed = findings.count(.custodyEntryChanged, .custodyEntryUnproven, .custodyOtherPackage)
        checks.append(
            .init(
                "Every act and event of the chain was hashed, and its proof followed to the checkpoint.",
                holds: changed == 0 && head != nil,
                result: "\(proven) of \(entries.count) are proven.",
                proves: "They stand in the register of \(own), unchanged and in this order.",
                doesNot: "That what an officer noted is true, or that every look at an exhibit was noted."))
        let acts = entries.filter { $0.entry.kind == .act }.count
        let bad = findings.count(.custodySignatureBad)
        checks.append(
            .init(
                "The signature of every act was checked with the key of the State that made it.", holds: bad == 0,
                result: "\(acts - bad) of \(acts) hold.", proves: "Supply and receipt were declared by the two States themselves."))
        let receipts = reading.document?.receipts.count ?? 0
        if receipts > 0 {
            let bad = findings.count(.receiptBad)
            checks.append(
                .init(
                    "The receipts of the other State were checked with the key of its register.", holds: bad == 0,
                    result: "\(receipts - bad) of \(receipts) hold.", proves: "The other State's register holds the same acts."))
        }
        let broken = links.count { !$0.holds } + findings.count(.custodyDropped) - links.count { $0.outcome == .unsupported }
        let gaps = links.count { $0.outcome == .gap }
        checks.append(
            .init(
                "Every link of the chain of custody was compared with its entry or with the statement.",
                holds: broken == 0 && !links.isEmpty,
                result: broken == 0
                    ? "All \(links.count) links are supported; gaps among them: \(gaps)." : "\(broken) are not.",
                proves: "Who answered for the exhibits when, as recorded.", doesNot: "Who held them in a gap."))
        return checks
    }
}
