// SPDX-License-Identifier: Apache-2.0

import Standards

/// Reads the signed statement of a package and finds out whose it is.
struct StatementCheck {
    private(set) var statement: PackageStatement?
    private(set) var digest: String?
    private(set) var signer: PackageSigner = .invalid
    private(set) var signatures: [SignatureVerdict] = []

    /// What is read of the sender's directory entry.
    private struct SignerEntry: Decodable, SenderKeys {
        let signingKey: VerifyingKey
        let statementKey: StatementVerifyingKey?
    }

    /// - Parameters:
    ///   - signer: bytes of `comity/signer.jws`.
    ///   - trusted: the caller's keys, by the `kid` of the signing key.
    init(
        _ bytes: [UInt8]?, signer entry: [UInt8]?, trusted: (String) -> (any SenderKeys)?, allowUnknownSigner: Bool,
        findings: inout PackageFindings
    ) {
        guard let bytes else { return }
        let jws: JWS
        do throws(ComityError) {
            jws = try JWS(parsing: bytes, limit: Int(PackageLayout.maximumTagFile))
            let statement = try IJSON.decode(PackageStatement.self, from: jws.payload, limit: Int(PackageLayout.maximumTagFile))
            if let fault = statement.fault { throw ComityError(.schema, "The statement is malformed: \(fault).") }
            self.statement = statement
            digest = sha256Hex(jws.payload)
        } catch {
            findings.add(.statementMalformed, "The signed statement cannot be read: \(error.what)")
            return
        }
        let candidates = jws.signatures.indices.filter { jws.signatures[$0].type == PackageLayout.statementType }
        guard let first = candidates.first(where: { jws.signatures[$0].algorithm == JWS.edDSA }) ?? candidates.first else {
            findings.add(.signatureBad, "No signature of the statement is of the type \(PackageLayout.statementType).")
            return
        }
        for index in candidates {
            guard let keys = trusted(jws.signatures[index].keyID) else { continue }
            signer = .trusted(jws.signatures[index].keyID)
            check(jws, candidates, by: index, keys, &findings)
            if let key = keys.statementKey?.keyID,
                !candidates.contains(where: { jws.signatures[$0].keyID == key && jws.signatures[$0].algorithm == JWS.mlDSA65 })
            {
                findings.add(
                    .signatureMissing,
                    "The sender signs statements with the ML-DSA-65 key \(key) too, and this one bears no signature of it: it was taken "
                        + "away, or the package is older than the key.")
            }
            return
        }
        unknown(jws, candidates, first, entry, allowUnknownSigner, &findings)
    }

    /// The keys are not known to the caller: look at those that the package itself carries.
    private mutating func unknown(
        _ jws: JWS, _ candidates: [Int], _ index: Int, _ entry: [UInt8]?, _ allowUnknownSigner: Bool, _ findings: inout PackageFindings
    ) {
        let kid = jws.signatures[index].keyID
        signer = .unknown(kid)
        if let keys = Self.keys(entry), keys.signingKey.keyID == kid {
            check(jws, candidates, by: index, keys, &findings)
            guard signer != .invalid else { return }
        } else {
            signatures = candidates.map { Self.verdict(jws.signatures[$0], .keyUnknown) }
            if allowUnknownSigner {
                findings.add(.signerKeyMissing, "The key \(kid.prefix(64)) that signed the statement is not in the package either.")
            }
        }
        if !allowUnknownSigner {
            findings.add(.signerUnknown, "The statement is signed by the key \(kid.prefix(64)), which is not known here.")
        }
    }

    /// Checks every signature with the keys of the sender. The one at `primary` says to be of its signing key and must hold; another one
    /// that says to be of a key of the sender must hold too; one by a key that nobody knows says nothing.
    private mutating func check(
        _ jws: JWS, _ candidates: [Int], by primary: Int, _ keys: any SenderKeys, _ findings: inout PackageFindings
    ) {
        let (signing, statement) = (keys.signingKey, keys.statementKey)
        for index in candidates {
            let signature = jws.signatures[index]
            let holds: Bool? =
                if index == primary || signature.keyID == signing.keyID {
                    jws.isValid(index, with: signing)
                } else if let statement, signature.keyID == statement.keyID {
                    jws.isValid(index, with: statement)
                } else { nil }
            signatures.append(Self.verdict(signature, holds.map { $0 ? .held : .bad } ?? .keyUnknown))
            if holds == false {
                signer = .invalid
                findings.add(
                    .signatureBad,
                    "The signature of the statement by the key \(signature.keyID.prefix(64)) (\(signature.algorithm.prefix(20))) is not valid."
                )
            }
        }
    }

    private static func verdict(_ signature: JWS.Signature, _ state: SignatureVerdict.State) -> SignatureVerdict {
        SignatureVerdict(algorithm: String(signature.algorithm.prefix(64)), kid: String(signature.keyID.prefix(64)), state: state)
    }

    private static func keys(_ entry: [UInt8]?) -> SignerEntry? {
        guard let entry, let jws = try? JWS(parsing: entry, limit: 1 << 21) else { return nil }
        return try? IJSON.decode(SignerEntry.self, from: jws.payload, limit: 1 << 21)
    }
}
