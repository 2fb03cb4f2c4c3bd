// SPDX-License-Identifier: Apache-2.0

import Standards

/// Concludes a verdict from what was seen of a bag. Pure: the same evidence and keys give the same verdict.
struct PackageJudge {
    private let evidence: PackageEvidence
    private var findings: PackageFindings
    private var statement: PackageStatement?
    private var digest: String?
    private var signer: PackageSigner = .invalid
    private var signatures: [SignatureVerdict] = []
    private var manifest: [BagManifest.Line]?
    private var contents: PackageContents?
    private var exhibits: [ExhibitVerdict] = []

    static func judge(
        _ evidence: PackageEvidence, trusted: (String) -> (any SenderKeys)?, allowUnknownSigner: Bool
    ) -> PackageVerdict {
        var judge = PackageJudge(evidence)
        let check = StatementCheck(
            evidence.tags[PackageLayout.statement], signer: evidence.tags[PackageLayout.signer], trusted: trusted,
            allowUnknownSigner: allowUnknownSigner, findings: &judge.findings)
        judge.statement = check.statement
        judge.digest = check.digest
        judge.signer = check.signer
        judge.signatures = check.signatures
        judge.readLists()
        judge.checkTags()
        judge.compareLists()
        judge.checkInformation()
        judge.checkExhibits()
        return judge.verdict()
    }

    private init(_ evidence: PackageEvidence) {
        self.evidence = evidence
        findings = evidence.findings
    }

    private mutating func readLists() {
        if let bytes = evidence.tags[PackageLayout.manifest] {
            do { manifest = try BagManifest.parse(bytes, name: PackageLayout.manifest) } catch { findings.add(.tagMalformed, error.what) }
        }
        if let bytes = evidence.tags[PackageLayout.contents] {
            let read = try? IJSON.decode(PackageContents.self, from: bytes, limit: Int(PackageLayout.maximumTagFile))
            if let read, read.isSound {
                contents = read
            } else {
                findings.add(.tagMalformed, "The list of contents, \(PackageLayout.contents), cannot be read.")
            }
        }
    }

    private mutating func checkTags() {
        for path in PackageLayout.required where evidence.tagHashes[path] == nil {
            findings.add(.tagMissing, "\(path) is missing.")
        }
        if let bytes = evidence.tags[PackageLayout.declaration], bytes != Array(PackageLayout.declarationText.utf8) {
            findings.add(.tagMalformed, "\(PackageLayout.declaration) does not declare BagIt 1.0 in UTF-8.")
        }
        if evidence.tagHashes["fetch.txt"] != nil {
            findings.add(.entryRefused, "fetch.txt names content that is not in the package.")
        }
        guard let bytes = evidence.tags[PackageLayout.tagManifest] else { return }
        let lines: [BagManifest.Line]
        do { lines = try BagManifest.parse(bytes, name: PackageLayout.tagManifest) } catch {
            findings.add(.tagMalformed, error.what)
            return
        }
        var listed: Set<String> = [PackageLayout.tagManifest]
        for line in lines {
            listed.insert(line.path)
            if let found = evidence.tagHashes[line.path] {
                if found != line.sha256 { findings.add(.tagChanged, "\(line.path): expected \(line.sha256), found \(found).") }
            } else if !PackageLayout.required.contains(line.path) {
                findings.add(.tagMissing, "\(line.path) is missing.")
            }
        }
        for path in evidence.tagHashes.keys.sorted() where !listed.contains(path) {
            findings.add(.tagUnlisted, "\(path) is not listed in \(PackageLayout.tagManifest).")
        }
    }

    private mutating func compareLists() {
        guard let statement else { return }
        if let found = evidence.tagHashes[PackageLayout.manifest], found != statement.manifest {
            findings.add(
                .manifestDiffers, "\(PackageLayout.manifest) is not the signed one: expected \(statement.manifest), found \(found).")
        }
        if let manifest {
            var hashes: [String: String] = [:]
            for line in manifest { hashes[line.path] = line.sha256 }
            for exhibit in statement.exhibits {
                guard let hash = hashes.removeValue(forKey: exhibit.path) else {
                    findings.add(.manifestDiffers, "exhibit \(exhibit.number), \(exhibit.path), is not in \(PackageLayout.manifest).")
                    continue
                }
                if hash != exhibit.sha256 {
                    findings.add(
                        .manifestDiffers, "\(PackageLayout.manifest) gives another hash for exhibit \(exhibit.number), \(exhibit.path).")
                }
            }
            for path in hashes.keys.sorted() {
                findings.add(.manifestDiffers, "\(PackageLayout.manifest) lists \(path), which the statement does not.")
            }
        }
        guard let contents else { return }
        if contents.exhibits.count != statement.exhibits.count {
            findings.add(
                .contentsDiffer,
                "\(PackageLayout.contents) lists \(contents.exhibits.count) exhibits, the statement \(statement.exhibits.count).")
        }
        for (item, exhibit) in zip(contents.exhibits, statement.exhibits) where item.path != exhibit.path || item.size != exhibit.size {
            findings.add(
                .contentsDiffer, "\(PackageLayout.contents) and the statement differ about exhibit \(exhibit.number), \(exhibit.path).")
        }
        for item in contents.exhibits {
            if let offset = evidence.payload[item.path]?.offset, offset != item.offset {
                findings.add(.contentsDiffer, "exhibit \(item.number), \(item.path), does not begin where \(PackageLayout.contents) says.")
            }
        }
    }

    private mutating func checkInformation() {
        guard let bytes = evidence.tags[PackageLayout.information], let statement else { return }
        var labels: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { labels[String(parts[0])] = String(parts[1].drop { $0 == " " }) }
        }
        let octets = statement.exhibits.reduce(into: Int64(0)) { $0 = $0.addingReportingOverflow($1.size).partialValue }
        if labels["Payload-Oxum"] != "\(octets).\(statement.exhibits.count)" {
            findings.add(.informationDiffers, "The Payload-Oxum in \(PackageLayout.information) is not that of the statement.")
        }
        if labels["External-Identifier"] != statement.id.description {
            findings.add(.informationDiffers, "The External-Identifier in \(PackageLayout.information) is not that of the statement.")
        }
    }

    // MARK: exhibits

    /// What should be there: by the statement, else by the manifest, else by the list of contents. Without a hash the last is "".
    private func stated() -> [PackageStatement.Exhibit] {
        if let statement { return statement.exhibits }
        let items = contents?.exhibits ?? []
        var byPath: [String: PackageContents.Item] = [:]
        for item in items { byPath[item.path] = item }
        if let manifest {
            return manifest.enumerated().map { index, line in
                .init(
                    number: byPath[line.path]?.number ?? index + 1, path: line.path,
                    size: byPath[line.path]?.size ?? evidence.payload[line.path]?.announced ?? 0, sha256: line.sha256)
            }
        }
        return items.map { .init(number: $0.number, path: $0.path, size: $0.size, sha256: "") }
    }

    private mutating func checkExhibits() {
        var known: Set<String> = []
        for exhibit in stated() {
            known.insert(exhibit.path)
            let (state, note) = compare(exhibit)
            let code: PackageFinding.Code? =
                switch state {
                case .intact, .unexpected: nil
                case .changed: .exhibitChanged
                case .missing: .exhibitMissing
                case .unreadable: .exhibitUnreadable
                }
            if let code { findings.add(code, "exhibit \(exhibit.number), \(exhibit.path): \(note)") }
            let found = evidence.payload[exhibit.path]
            exhibits.append(
                ExhibitVerdict(
                    number: exhibit.number, path: exhibit.path, size: exhibit.size, expected: exhibit.sha256,
                    found: found?.isWhole == true ? found?.sha256 : nil, state: state, note: note))
        }
        for path in evidence.payload.keys.filter({ !known.contains($0) }).sorted() {
            guard let found = evidence.payload[path] else { continue }
            let note = "is in the package and was not sealed by the sender"
            findings.add(.exhibitUnexpected, "\(path): \(note)")
            exhibits.append(
                ExhibitVerdict(
                    number: 0, path: path, size: found.announced, expected: "", found: found.isWhole ? found.sha256 : nil,
                    state: .unexpected, note: note))
        }
    }

    private func compare(_ exhibit: PackageStatement.Exhibit) -> (ExhibitVerdict.State, String) {
        guard let found = evidence.payload[exhibit.path] else {
            if !evidence.changed.isEmpty, !evidence.isCutOff {
                return (.unreadable, "could not be located; the archive is damaged where it should be")
            }
            return (.missing, evidence.isCutOff ? "is missing; the file is cut off before it" : "is missing")
        }
        guard found.isWhole else { return (.unreadable, "is cut off; \(found.seen) of \(found.announced) bytes are there") }
        guard !exhibit.sha256.isEmpty else {
            return (.unreadable, "is there whole (SHA-256 \(found.sha256)), but the signed hash to compare it with is not")
        }
        if found.sha256 == exhibit.sha256, found.announced == exhibit.size { return (.intact, "") }
        var note = "1 byte or more changed; expected \(exhibit.sha256), found \(found.sha256)"
        if found.announced != exhibit.size { note += "; \(found.announced) bytes instead of \(exhibit.size)" }
        if !found.damage.isEmpty { note += "; \(found.damage)" }
        return (.changed, note)
    }

    // MARK: verdict

    private func verdict() -> PackageVerdict {
        let isValid = findings.isEmpty && signer != .invalid && statement != nil
        return PackageVerdict(
            isValid: isValid, sentence: isValid ? validSentence() : invalidSentence(), exhibits: exhibits, findings: findings.texts,
            statement: statement, digest: digest, signer: signer, signatures: signatures)
    }

    private func validSentence() -> String {
        guard let statement else { return "" }
        let count = statement.exhibits.count == 1 ? "the exhibit is" : "all \(statement.exhibits.count) exhibits are"
        var sentence = "Valid: \(count) as \(statement.authority) (\(statement.from)) sealed on \(statement.sealedAt.utc.prefix(10))."
        if case .unknown(let kid) = signer { sentence += " The signer's key \(kid) is not known here: compare it by a second channel." }
        return sentence
    }

    private func invalidSentence() -> String {
        let bad = exhibits.filter { $0.state != .intact }
        if let first = bad.first {
            let name = first.number > 0 ? "exhibit \(first.number), \(first.path)" : first.path
            let outcome =
                switch first.state {
                case .changed: "was changed"
                case .missing: "is missing"
                case .unexpected: "was added"
                case .unreadable, .intact: "cannot be confirmed"
                }
            let rest = bad.count > 1 ? "; so with \(bad.count - 1) more, see the list" : ""
            return "Not valid: \(name), \(outcome)\(rest)."
        }
        if let range = evidence.changed.first, statement != nil, signer != .invalid {
            return "Not valid: the sealed envelope was changed at byte \(range.lowerBound)..\(range.upperBound - 1); "
                + "every exhibit still matches the signed statement."
        }
        guard let first = findings.items.first else { return "Not valid: there is no valid signature." }
        return "Not valid: \(first.text)"
    }
}
