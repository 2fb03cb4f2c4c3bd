// SPDX-License-Identifier: Apache-2.0

/// What became of one exhibit.
public struct ExhibitVerdict: Codable, Sendable, Equatable {
    /// How it compares with the signed statement.
    public enum State: String, Codable, Sendable {
        /// Size and SHA-256 are those of the statement.
        case intact
        /// It is there, and it is not what was sealed.
        case changed
        /// It is not there.
        case missing
        /// It is there, and the statement does not know it.
        case unexpected
        /// It is cut off, cannot be located, or there is nothing to compare it with.
        case unreadable
    }

    /// 1-based, in the order of the archive; 0 for an unexpected one.
    public let number: Int
    /// Below the bag's folder; begins with `data/`.
    public let path: String
    /// Bytes, as stated; as found for an unexpected one.
    public let size: Int64
    /// The stated SHA-256; empty when no statement and no manifest could be read.
    public let expected: String
    /// The SHA-256 of what is there, if it is there whole.
    public let found: String?
    /// The outcome.
    public let state: State
    /// What a person should know of it; empty when intact.
    public let note: String

    /// All values at once; see the properties.
    public init(number: Int, path: String, size: Int64, expected: String, found: String?, state: State, note: String) {
        self.number = number
        self.path = path
        self.size = size
        self.expected = expected
        self.found = found
        self.state = state
        self.note = note
    }
}

/// Whose signature the statement bears.
public enum PackageSigner: Sendable, Equatable {
    /// A valid signature by a key the caller trusts.
    case trusted(String)
    /// A key the caller does not know; the string is the `kid`.
    case unknown(String)
    /// No statement, no signature, or one of its signatures is not valid.
    case invalid
}

extension PackageSigner: Codable {
    private enum Member: String, CodingKey {
        case state, kid
    }

    /// Reads `{"kid":…,"state":"trusted|unknown|invalid"}`.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        switch try members.decode(String.self, forKey: .state) {
        case "trusted": self = .trusted(try members.decode(String.self, forKey: .kid))
        case "unknown": self = .unknown(try members.decode(String.self, forKey: .kid))
        default: self = .invalid
        }
    }

    /// Writes the same.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        switch self {
        case .trusted(let kid):
            try members.encode("trusted", forKey: .state)
            try members.encode(kid, forKey: .kid)
        case .unknown(let kid):
            try members.encode("unknown", forKey: .state)
            try members.encode(kid, forKey: .kid)
        case .invalid: try members.encode("invalid", forKey: .state)
        }
    }
}

/// The outcome of checking a package, with every reason. Stable as JSON (`--json`).
public struct PackageVerdict: Codable, Sendable {
    /// Nothing is wrong: envelope, structure, hashes, statement, signature, signer.
    public let isValid: Bool
    /// One sentence for a person.
    public let sentence: String
    /// One for each stated exhibit, in order, then the unexpected ones.
    public let exhibits: [ExhibitVerdict]
    /// Each `code: sentence`; the codes are stable and listed in docs/formats/package.md. Empty when valid.
    public let findings: [String]
    /// What was signed, when it could be read. Believe it only as far as ``signer`` says.
    public let statement: PackageStatement?
    /// What names the package: SHA-256 of the exact bytes of ``statement``, lower-case hexadecimal.
    public let digest: String?
    /// Whose signature it bears.
    public let signer: PackageSigner
    /// Every signature of the statement, in its order; empty when it could not be read.
    public let signatures: [SignatureVerdict]
}

extension PackageVerdict {
    /// The same with one more sentence.
    public func noting(_ more: String) -> PackageVerdict {
        PackageVerdict(
            isValid: isValid, sentence: "\(sentence) \(more)", exhibits: exhibits, findings: findings, statement: statement, digest: digest,
            signer: signer, signatures: signatures)
    }

    /// Not valid, for one more reason.
    /// - Parameters:
    ///   - finding: `code: sentence`.
    ///   - sentence: in place of the one that said that it is valid; what was wrong before stays first.
    public func refused(_ finding: String, sentence refusal: String) -> PackageVerdict {
        PackageVerdict(
            isValid: false, sentence: isValid ? refusal : sentence, exhibits: exhibits, findings: findings + [finding],
            statement: statement,
            digest: digest, signer: signer, signatures: signatures)
    }
}
