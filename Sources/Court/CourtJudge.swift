// SPDX-License-Identifier: Apache-2.0

import Exchange
import Register
import Sealing
import Standards

/// Concludes a verdict from what was read of a bundle. Pure: the same evidence gives the same verdict.
struct CourtJudge {
    let evidence: CourtEvidence
    let reading: CourtReading
    let package: PackageVerdict?
    var findings: CourtFindings
    var links: [CourtVerdict.Link] = []
    var entries: [CustodyJudge.Entry] = []
    private(set) var signers: [SignerIdentity] = []
    private(set) var isSigned = false
    private(set) var head: Checkpoint?
    private(set) var cosigners: [CourtVerdict.Cosigner] = []

    /// The State that made the bundle.
    var own: StateCode? { reading.manifest?.state ?? reading.entries.first?.state }

    static func judge(
        _ evidence: CourtEvidence, _ reading: CourtReading, _ package: PackageVerdict?, known: (StateCode) -> DirectoryEntry?
    ) -> CourtVerdict {
        var judge = CourtJudge(evidence: evidence, reading: reading, package: package, findings: reading.findings)
        judge.checkDirectory(known)
        judge.checkSignature()
        judge.checkFiles()
        judge.checkNames()
        judge.checkRegister()
        judge.checkCustody()
        return judge.verdict()
    }

    private init(evidence: CourtEvidence, reading: CourtReading, package: PackageVerdict?, findings: CourtFindings) {
        self.evidence = evidence
        self.reading = reading
        self.package = package
        self.findings = findings
    }

    // MARK: Keys

    private mutating func checkDirectory(_ known: (StateCode) -> DirectoryEntry?) {
        for entry in reading.entries {
            let known = known(entry.state)
            let signer = SignerIdentity(entry, known: known)
            if !signers.contains(signer) { signers.append(signer) }
            if signer.isConfirmedHere == false {
                findings.add(.directoryBad, "The directory entry of \(entry.state) is not the one that was confirmed here.")
            }
            if let manifest = reading.manifest, entry.exercise != manifest.exercise {
                findings.add(.directoryBad, "The directory entry of \(entry.state) is \(entry.exercise ? "" : "not ")of a node for drills.")
            }
        }
        let states = [reading.manifest?.state.description, package?.statement?.from].compactMap { $0 }
        for state in states where reading.document != nil && !reading.entries.contains(where: { $0.state.description == state }) {
            findings.add(.directoryBad, "There is no directory entry of \(Text.safe(state, limit: 20)) in \(CourtLayout.custody).")
        }
    }

    private mutating func checkSignature() {
        guard let manifest = reading.manifest, let jws = reading.signature else { return }
        let name = CourtLayout.signature
        guard jws.signatures.count == 1, jws.signatures[0].type == CourtLayout.type else {
            return findings.add(.bundleUnsigned, "\(name) does not bear one signature of the type \(CourtLayout.type).")
        }
        let kid = jws.signatures[0].keyID
        guard let entry = reading.entries.first(where: { $0.state == manifest.state && $0.hasSigned(kid) })?.asSigned(by: kid) else {
            return findings.add(
                .bundleUnsigned,
                "\(name) is signed by the key \(Text.safe(kid, limit: 64)), which no directory entry of \(manifest.state) here names.")
        }
        guard jws.isValid(0, with: entry.signingKey) else {
            return findings.add(.bundleUnsigned, "The signature of \(name) by the key \(Text.safe(kid, limit: 64)) is not valid.")
        }
        isSigned = true
    }

    // MARK: Files

    private mutating func checkFiles() {
        for oddity in evidence.oddities { findings.add(.bundleChanged, oddity) }
        guard let manifest = reading.manifest else { return }
        var left = evidence.files
        left[CourtLayout.signature] = nil
        for item in manifest.files {
            guard let found = left.removeValue(forKey: item.path) else {
                findings.add(.bundleMissing, "\(Text.safe(item.path)) is missing.")
                continue
            }
            if found.sha256 != item.sha256 || found.size != item.size {
                findings.add(
                    .bundleChanged,
                    "\(Text.safe(item.path)) was changed: expected \(Text.safe(item.sha256, limit: 64)), found \(found.sha256).")
            }
        }
        // A time stamp may come later than the signature.
        for path in left.keys.sorted() where path != CourtLayout.timeStamp {
            findings.add(.bundleChanged, "\(Text.safe(path)) was added: \(CourtLayout.signature) does not list it.")
        }
        let listed = Set(manifest.files.map(\.path))
        for path in [CourtLayout.custody] + CourtLayout.manifests.map({ "\(CourtLayout.bag)/\(manifest.name)/\($0)" })
        where !listed.contains(path) { findings.add(.bundleMissing, "\(CourtLayout.signature) does not list \(Text.safe(path)).") }
    }

    /// That the parts of the bundle are about one package.
    private mutating func checkNames() {
        if let name = reading.manifest?.name {
            if !evidence.bags.contains(name) { findings.add(.bundleMissing, "The bag, \(CourtLayout.bag)/\(Text.safe(name)), is missing.") }
            for other in evidence.bags where other != name {
                findings.add(.bundleChanged, "\(CourtLayout.bag)/\(Text.safe(other)) was added: the bundle is about \(Text.safe(name)).")
            }
        }
        let digests = [("bundle.jws", reading.manifest?.digest), ("custody.json", reading.document?.package)]
        for case (let name, let digest?) in digests where package?.digest != nil && digest != package?.digest {
            findings.add(
                .custodyOtherPackage,
                "\(name) is about the package \(Text.safe(digest, limit: 64)); in the bag is \(package?.digest ?? "").")
        }
        guard let statement = package?.statement, case .trusted(let kid)? = package?.signer else { return }
        if !reading.entries.contains(where: { $0.hasSigned(kid) && $0.state.description == statement.from }) {
            findings.add(
                .directoryBad,
                "The statement says that it is from \(Text.safe(statement.from, limit: 20)), and a key of another State signed it.")
        }
    }

    // MARK: Register

    private mutating func checkRegister() {
        guard let document = reading.document else { return }
        do throws(ComityError) {
            let key = try NoteVerifier(document.register.key)
            guard reading.entries.contains(where: { $0.state == own && $0.register == key }) else {
                throw ComityError(
                    .verificationFailed,
                    "The key of the register is not the one in the directory entry of \(own?.description ?? "any State").")
            }
            let head = try Checkpoint(document.register.checkpoint, signedBy: key)
            guard head.origin == document.register.origin else {
                throw ComityError(.verificationFailed, "The checkpoint is of the register \(Text.safe(head.origin, limit: 80)).")
            }
            self.head = head
            try checkCosigned(document.register, by: key, upTo: head)
        } catch { findings.add(.checkpointBad, error.what) }
    }

    /// The checkpoint that other States have cosigned: signed by the register, the beginning of `head`, and every line of a State that is
    /// known here holds.
    private mutating func checkCosigned(_ register: CustodyDocument.RegisterHead, by key: NoteVerifier, upTo head: Checkpoint)
        throws(ComityError)
    {
        guard let text = register.cosigned else { return }
        let note = try SignedNote(parsing: text)
        let seen = try Checkpoint(note, signedBy: key)
        guard
            MerkleTree.isConsistent(
                old: seen.size, oldRoot: seen.root, new: head.size, newRoot: head.root, proof: register.consistency ?? [])
        else { throw ComityError(.verificationFailed, "The checkpoint does not extend the one that other States have cosigned.") }
        for entry in reading.entries where entry.state != own {
            let witness = entry.register.cosigner
            guard note.names(witness) else { continue }
            guard note.isSigned(by: witness), let line = note.cosignatures(by: [witness]).first else {
                throw ComityError(.verificationFailed, "The cosignature of \(entry.state) does not hold.")
            }
            cosigners.append(.init(state: entry.state, at: Instant(milliseconds: line.seconds * 1000), size: seen.size))
        }
    }

    private mutating func checkCustody() {
        guard let document = reading.document, let own else { return }
        var judge = CustodyJudge(document: document, own: own, head: head, directory: reading.entries, package: package, findings: findings)
        judge.judge()
        (findings, links, entries) = (judge.findings, judge.links, judge.entries)
    }

    // MARK: Verdict

    private func verdict() -> CourtVerdict {
        let manifest = reading.manifest
        let isValid = findings.isEmpty && isSigned && package?.isValid == true && links.allSatisfy(\.holds) && head != nil
        return CourtVerdict(
            isValid: isValid, sentence: isValid ? validSentence : invalidSentence, name: manifest?.name ?? evidence.bags.first ?? "",
            digest: package?.digest ?? manifest?.digest ?? "", ref: manifest?.ref ?? reading.document?.ref ?? "", state: manifest?.state,
            at: manifest?.at, by: manifest?.by ?? "",
            exercise: manifest?.exercise ?? true || package?.statement?.exercise ?? true, package: package, links: links,
            findings: (package?.findings ?? []) + findings.texts, signers: signers, checks: checks, steps: reading.document?.strip ?? [],
            cosigners: cosigners)
    }

    private var validSentence: String {
        guard let sentence = package?.sentence, sentence.hasSuffix(".") else { return "" }
        return "\(sentence.dropLast()), and the chain of custody holds."
    }

    private var invalidSentence: String {
        let isTouched = package?.exhibits.contains { $0.state != .intact } ?? false
        if let package, !package.isValid, isTouched || findings.first(of: [.directoryBad]) == nil { return package.sentence }
        guard let first = findings.first() else { return "Not valid: the bundle is not whole." }
        guard let link = links.first(where: { !$0.holds && ($0.number == first.link || $0.entry != nil && $0.entry == first.entry) }) else {
            return "Not valid: \(first.text)"
        }
        let what =
            switch link.outcome {
            case .changed: "was changed"
            case .unproven: "is not proven by the register"
            case .signatureBad: "does not bear a valid signature"
            case .otherPackage: "is about another package"
            case .proven, .signed, .gap, .waiting, .unsupported: "is supported by no entry of the register"
            }
        let day = link.step.at.map { ", \($0.utc.prefix(10))" } ?? ""
        return "Not valid: link \(link.number) of the chain of custody (\(link.step.kind.rawValue)\(day)) \(what)."
    }
}
