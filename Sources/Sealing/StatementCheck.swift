// SPDX-License-Identifier: Apache-2.0

import Standards

/// Reads the signed statement of a package and finds out whose it is.
struct StatementCheck {
    private(set) var statement: PackageStatement?
    private(set) var digest: String?
    private(set) var signer: PackageSigner = .invalid

    private struct SignerEntry: Decodable {
        let signingKey: VerifyingKey
    }

    /// - Parameters:
    ///   - signer: bytes of `comity/signer.jws`.
    ///   - trusted: the caller's keys by `kid`.
    init(
        _ bytes: [UInt8]?, signer entry: [UInt8]?, trusted: (String) -> VerifyingKey?, allowUnknownSigner: Bool,
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
        guard let first = candidates.first else {
            findings.add(.signatureBad, "No signature of the statement is of the type \(PackageLayout.statementType).")
            return
        }
        for index in candidates {
            let kid = jws.signatures[index].keyID
            guard let key = trusted(kid) else { continue }
            guard jws.isValid(index, with: key) else {
                findings.add(.signatureBad, "The signature of the statement by the key \(kid.prefix(64)) is not valid.")
                return
            }
            signer = .trusted(kid)
            return
        }
        unknown(jws, first, entry, allowUnknownSigner, &findings)
    }

    /// The key is not known to the caller: look at the one that the package itself carries.
    private mutating func unknown(
        _ jws: JWS, _ index: Int, _ entry: [UInt8]?, _ allowUnknownSigner: Bool, _ findings: inout PackageFindings
    ) {
        let kid = jws.signatures[index].keyID
        signer = .unknown(kid)
        if let key = Self.key(entry), key.keyID == kid {
            guard jws.isValid(index, with: key) else {
                signer = .invalid
                findings.add(.signatureBad, "The signature of the statement by the key \(kid.prefix(64)) is not valid.")
                return
            }
        } else if allowUnknownSigner {
            findings.add(.signerKeyMissing, "The key \(kid.prefix(64)) that signed the statement is not in the package either.")
        }
        if !allowUnknownSigner {
            findings.add(.signerUnknown, "The statement is signed by the key \(kid.prefix(64)), which is not known here.")
        }
    }

    private static func key(_ entry: [UInt8]?) -> VerifyingKey? {
        guard let entry, let jws = try? JWS(parsing: entry, limit: 1 << 21) else { return nil }
        return (try? IJSON.decode(SignerEntry.self, from: jws.payload, limit: 1 << 21))?.signingKey
    }
}
