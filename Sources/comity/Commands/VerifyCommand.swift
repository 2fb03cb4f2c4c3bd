// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Court
import Exchange
import Foundation
import Node
import Sealing
import Standards

extension Evidence {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a package, an opened bag or a court bundle. Exit 6 names the exhibit or the link that fails.",
            discussion: """
                An opened bag and a court bundle need no node: the keys are in them, and the fingerprint of the signer is shown, to be \
                compared by a second channel. With a node in --data only the keys that it believes count for a bag. A sealed package needs the key \
                that opens it: the node's, or --identity.

                EXAMPLE
                  comity evidence verify ./XB-2026-MLA-000001-I-8c1f2a30-court --explain
                """)
        @OptionGroup var global: GlobalOptions
        @Argument(
            help:
                "The package (.bag.tar.age), the folder of an opened bag or court bundle, or the reference of a file whose package arrived."
        )
        var package: String
        @Option(help: "A file with the age identity that opens it.") var identity: String?
        @Flag(help: "Say in plain words what was checked, with which key, and what it proves.") var explain = false

        func run() async throws {
            let isValid = CourtVerifier.isBundle(package) ? try bundle() : try bag()
            if !isValid { throw ExitCode(ErrorCode.verificationFailed.exitStatus) }
        }

        private func bundle() throws -> Bool {
            let node = try? global.node()
            let verdict = try CourtVerifier.verify(package) { node?.trustedEntry($0) }
            if global.json { try Output.json(Explained(verdict, explain ? verdict.checks : nil)) } else { Verdict.show(verdict) }
            if explain, !global.json { Verdict.show(verdict.checks) }
            return verdict.isValid
        }

        private func bag() throws -> Bool {
            let (verdict, isSealed) = try Verdict.judge(package, identity: identity, global: global)
            let node = isSealed ? nil : try? global.node()
            let found = isSealed ? (nil, nil) : SignerIdentity.of(bag: package, verdict) { node?.trustedEntry($0) }
            let report = BagReport(verdict: verdict, signer: found.0, finding: found.1)
            let checks = ExplainedCheck.list(verdict, isSealed: isSealed, signer: report.signer)
            if global.json { try Output.json(Explained(report, explain ? checks : nil)) } else { Verdict.show(report) }
            if explain, !global.json { Verdict.show(checks) }
            return report.isValid
        }
    }
}

/// A verdict as JSON, with the checks beside its members when they are asked for.
private struct Explained<Verdict: Encodable>: Encodable {
    let verdict: Verdict
    let checks: [ExplainedCheck]?

    private enum Member: String, CodingKey { case checks, proves, doesNotProve }

    init(_ verdict: Verdict, _ checks: [ExplainedCheck]?) {
        self.verdict = verdict
        self.checks = checks
    }

    func encode(to encoder: any Encoder) throws {
        try verdict.encode(to: encoder)
        guard let checks else { return }
        var members = encoder.container(keyedBy: Member.self)
        try members.encode(checks, forKey: .checks)
        try members.encode(ExplainedCheck.proves, forKey: .proves)
        try members.encode(ExplainedCheck.doesNotProve, forKey: .doesNotProve)
    }
}

/// A verdict on a package or bag, and who sealed it by the directory entry in the bag.
struct BagReport: Encodable {
    let verdict: PackageVerdict
    let signer: SignerIdentity?
    /// What is wrong with that entry.
    let finding: String?

    private enum Member: String, CodingKey { case isValid, sentence, findings, sealedBy }

    var isValid: Bool { verdict.isValid && finding == nil }
    var sentence: String {
        isValid || !verdict.isValid ? verdict.sentence : "Not valid: \(finding.map { $0.drop { $0 != ":" }.dropFirst(2) } ?? "")"
    }
    var findings: [String] { verdict.findings + [finding].compactMap { $0 } }

    /// The members of the verdict, with `sealedBy`.
    func encode(to encoder: any Encoder) throws {
        try verdict.encode(to: encoder)
        var members = encoder.container(keyedBy: Member.self)
        try members.encodeIfPresent(signer, forKey: .sealedBy)
        guard finding != nil else { return }
        try members.encode(isValid, forKey: .isValid)
        try members.encode(sentence, forKey: .sentence)
        try members.encode(findings, forKey: .findings)
    }
}

/// Verdicts on packages, for the commands.
enum Verdict {
    /// The identities in a file, one a line; `#` begins a remark.
    static func identities(_ path: String) throws(ComityError) -> [AgeIdentity] {
        let text = String(decoding: try InputFile.read(path, limit: 65536), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        let identities = try lines.filter { !$0.isEmpty && !$0.hasPrefix("#") }.map { line throws(ComityError) in try AgeIdentity(line) }
        guard !identities.isEmpty else { throw ComityError(.malformedInput, "\(path) holds no identity.") }
        return identities
    }

    /// - Returns: the verdict, and whether it is on a sealed package.
    static func judge(_ package: String, identity path: String?, global: GlobalOptions) throws -> (verdict: PackageVerdict, isSealed: Bool)
    {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: package, isDirectory: &isFolder)
        if let path {
            let identities = try identities(path)
            return (
                try PackageVerifier.verify(path: package, identities: identities, trusted: { _ in nil }, allowUnknownSigner: true), true
            )
        }
        if !exists, let ref = try? FileReference(package) {
            let node = try global.node()
            return (try node.verify(packageAt: try node.arrivedPackage(ref, officer: nil).path), true)
        }
        if isFolder.boolValue {
            let node = try? global.node()
            return (try PackageVerifier.verify(bag: package, trusted: { node?.trustedKey($0) }, allowUnknownSigner: node == nil), false)
        }
        return (try global.node().verify(packageAt: package), true)
    }

    /// What the evidence may be used for, on standard error: whoever opens it reads it first.
    static func show(conditions: [String]) {
        for condition in conditions { Output.error("condition of use: \(Text.safe(condition, limit: 400))") }
    }

    static func show(_ verdict: PackageVerdict) { show(BagReport(verdict: verdict, signer: nil, finding: nil)) }

    static func show(_ report: BagReport) {
        let verdict = report.verdict
        Output.line(report.isValid ? "VALID    \(report.sentence)" : "NOT VALID  \(report.sentence)")
        show(verdict.exhibits)
        for condition in verdict.statement?.conditions ?? [] { Output.line("condition  \(Text.safe(condition, limit: 400))") }
        if !verdict.signatures.isEmpty { Output.line("signed   \(Text.safe(verdict.signatures.sentence))") }
        for finding in report.findings { Output.line("finding  \(Text.safe(finding, limit: 400))") }
        if let signer = report.signer {
            show([signer])
        } else if case .unknown(let kid) = verdict.signer {
            Output.line("signer   key \(kid) is not in a directory here: the signature holds, but who owns the key is not proven")
        }
    }

    static func show(_ verdict: CourtVerdict) {
        if verdict.exercise { Output.line("EXERCISE, not a real case") }
        Output.line(verdict.isValid ? "VALID    \(verdict.sentence)" : "NOT VALID  \(verdict.sentence)")
        show(verdict.package?.exhibits ?? [])
        for line in verdict.cosigners { Output.line("cosigned by \(line.state) at \(line.at), \(line.size) entries of the register") }
        for link in verdict.links { Output.line("link \(link.number)  \(link.outcome.rawValue)  \(Self.says(link))") }
        for finding in verdict.findings { Output.line("finding  \(Text.safe(finding, limit: 400))") }
        show(verdict.signers)
    }

    /// Kind, time, who, where, entry of the register.
    private static func says(_ link: CourtVerdict.Link) -> String {
        let step = link.step
        guard step.kind != .gap else { return "nobody is recorded\(step.length.map { " for \($0 / 60_000) minutes" } ?? "")" }
        var who = [step.by?.description ?? "", Text.safe(step.who, limit: 80)].filter { !$0.isEmpty }.joined(separator: " ")
        if !step.place.isEmpty { who += ", \(Text.safe(step.place))" }
        let failed = step.state != .failed ? "" : step.kind == .verified ? "  NOT VALID" : "  THE HASH DIFFERS"
        return "\(step.name)  \(who)\(link.entry.map { "  entry \($0)" } ?? "")\(failed)"
    }

    private static func show(_ exhibits: [ExhibitVerdict]) {
        for exhibit in exhibits {
            Output.line("exhibit \(exhibit.number)  \(exhibit.state.rawValue)  \(Text.safe(exhibit.path))  \(exhibit.size) bytes")
            guard exhibit.state != .intact else { continue }
            Output.line("           expected \(exhibit.expected)\n           found    \(exhibit.found ?? "nothing")")
            if !exhibit.note.isEmpty { Output.line("           \(Text.safe(exhibit.note, limit: 400))") }
        }
    }

    private static func show(_ signers: [SignerIdentity]) {
        for signer in signers {
            let known =
                switch signer.isConfirmedHere {
                case true?: "confirmed by this node"
                case false?: "NOT the fingerprint that this node confirmed"
                case nil: "compare it by a second channel"
                }
            Output.line("signer   \(signer.state) \(Text.safe(signer.authority, limit: 200)): fingerprint \(signer.fingerprint), \(known)")
        }
    }

    /// The numbered list in plain words.
    static func show(_ checks: [ExplainedCheck]) {
        Output.line("\nWHAT WAS CHECKED")
        for (number, check) in checks.enumerated() {
            Output.line("\(number + 1). \(check.what)")
            if !check.key.isEmpty { Output.line("   with the key:    \(check.key)") }
            Output.line("   result:          \(check.holds ? "" : "NOT GOOD. ")\(check.result)")
            Output.line("   it proves:       \(check.proves)")
            if !check.doesNot.isEmpty { Output.line("   it does not say: \(check.doesNot)") }
        }
        Output.line("\nWHAT IT PROVES\n\(ExplainedCheck.proves)\n\nWHAT IT DOES NOT PROVE\n\(ExplainedCheck.doesNotProve)")
    }
}
