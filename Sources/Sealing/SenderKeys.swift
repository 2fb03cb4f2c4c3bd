// SPDX-License-Identifier: Apache-2.0

/// The public keys with which a sender signs the statements of its packages, as the one who checks them knows it.
public protocol SenderKeys: Sendable {
    /// Ed25519; every statement bears a signature of it.
    var signingKey: VerifyingKey { get }
    /// ML-DSA-65; nil when the sender has none, or none is known. When there is one, every statement bears a signature of it too.
    var statementKey: StatementVerifyingKey? { get }
}

/// A sender of whom only this key is known.
extension VerifyingKey: SenderKeys {
    /// Itself.
    public var signingKey: VerifyingKey { self }
    /// None.
    public var statementKey: StatementVerifyingKey? { nil }
}

/// One signature of a statement, and what became of it.
public struct SignatureVerdict: Codable, Sendable, Equatable {
    /// The outcome.
    public enum State: String, Codable, Sendable {
        /// Made by the key that it names, over exactly these bytes.
        case held
        /// Not made by the key that it names.
        case bad
        /// The key that it names is not one that is known of this sender, so nothing can be said.
        case keyUnknown = "key-unknown"
    }

    /// The protected `alg`: `EdDSA` or `ML-DSA-65`; another one never holds.
    public let algorithm: String
    /// The protected `kid`, at most 64 characters of it.
    public let kid: String
    /// The outcome.
    public let state: State

    /// All values at once; see the properties.
    public init(algorithm: String, kid: String, state: State) {
        self.algorithm = algorithm
        self.kid = kid
        self.state = state
    }

    /// The algorithm as people name it.
    public var name: String { algorithm == JWS.edDSA ? "Ed25519" : String(algorithm.prefix(20)) }
}

extension [SignatureVerdict] {
    /// The names of the algorithms whose signatures have this outcome, each once, for example `Ed25519 and ML-DSA-65`.
    public func names(_ state: SignatureVerdict.State) -> [String] {
        reduce(into: []) { names, item in
            if item.state == state, !names.contains(item.name) { names.append(item.name) }
        }
    }

    /// For a person: `Ed25519 and ML-DSA-65 hold`; empty when there is no signature.
    public var sentence: String {
        var parts: [String] = []
        func add(_ state: SignatureVerdict.State, one: String, more: String) {
            let names = names(state)
            if !names.isEmpty { parts.append("\(names.joined(separator: " and ")) \(names.count == 1 ? one : more)") }
        }
        add(.held, one: "holds", more: "hold")
        add(.bad, one: "does not hold", more: "do not hold")
        add(.keyUnknown, one: "is by a key that is not known here", more: "are by keys that are not known here")
        return parts.joined(separator: "; ")
    }
}
