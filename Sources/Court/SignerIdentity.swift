// SPDX-License-Identifier: Apache-2.0

public import Exchange
public import Sealing
public import Standards

/// A State whose keys signed something, as its directory entry names them. Who owns the keys is not proven by any file: two persons
/// compare the fingerprint by a second channel.
public struct SignerIdentity: Codable, Sendable, Equatable {
    /// Two capital letters.
    public let state: String
    /// Name of the authority.
    public let authority: String
    /// Eight groups of five digits.
    public let fingerprint: String
    /// Thumbprint of the key that signs statements and acts.
    public let keyID: String
    /// A node at hand has confirmed this fingerprint; nil without a node, or when the node does not know the State.
    public let isConfirmedHere: Bool?

    init(_ entry: DirectoryEntry, known: DirectoryEntry?) {
        state = entry.state.description
        authority = entry.authority.name
        fingerprint = entry.fingerprint
        keyID = entry.signingKey.keyID
        isConfirmedHere = known.map { $0.isOfSameRoot(as: entry) }
    }

    /// Who sealed an opened bag, by the directory entry in it.
    /// - Parameters:
    ///   - verdict: on that bag.
    ///   - known: the entry that a node at hand has confirmed for a State.
    /// - Returns: the signer, and what is wrong with the entry as `code: sentence`; both nil when the bag holds no entry.
    public static func of(bag folder: String, _ verdict: PackageVerdict, known: (StateCode) -> DirectoryEntry?) -> (
        signer: SignerIdentity?, finding: String?
    ) {
        guard let bytes = try? FileMeasure.read("\(folder)/comity/signer.jws", limit: DirectoryEntry.limit).bytes else { return (nil, nil) }
        let bad = "\(CourtFindings.Code.directoryBad.rawValue): The sender's directory entry, comity/signer.jws, "
        let entry: DirectoryEntry
        do throws(ComityError) { entry = try DirectoryEntry(verifying: bytes) } catch {
            return (nil, bad + "cannot be believed: \(error.what)")
        }
        let known = known(entry.state)
        let signer = SignerIdentity(entry, known: known)
        guard let from = verdict.statement?.from else { return (signer, nil) }
        if from != entry.state.description {
            return (signer, bad + "is of \(entry.state), but the statement is from \(Text.safe(from, limit: 20)).")
        }
        if known.map({ !$0.isOfSameRoot(as: entry) }) ?? false {
            return (signer, bad + "is not the one of \(entry.state) that was confirmed here.")
        }
        return (signer, nil)
    }
}
