// SPDX-License-Identifier: Apache-2.0

/// Every coded failure of Comity, and the one table that maps a code to an exit status and an HTTP status.
///
/// The raw value is the stable name that people, logs, problem documents and quarantine rows carry.
/// Exit statuses follow docs/architecture.md section 8; HTTP statuses follow RFC 9110 and go into RFC 9457 problems.
public enum ErrorCode: String, Sendable, CaseIterable, Codable {
    // What a person typed or a file said.
    case usage
    case malformedInput = "malformed-input"
    case timeWithoutZone = "time-without-zone"
    case tooLarge = "too-large"
    case notFound = "not-found"
    /// What was written in the file was removed under a rule; a proof that it existed is left.
    case contentRemoved = "content-removed"
    case refusedByRule = "refused-by-rule"

    // What may not be done now, or not by this person.
    case wrongState = "wrong-state"
    case alreadyExists = "already-exists"
    /// Somebody else changed it after it was read.
    case changed
    case permission
    /// Too many attempts; the error says when to try again.
    case throttled

    // What arrived from another State and was not believed.
    case cannotDecrypt = "cannot-decrypt"
    case schema
    case badSignature = "bad-signature"
    case unknownKey = "unknown-key"
    case revokedKey = "revoked-key"
    case keyOfAnotherState = "key-of-another-state"
    case wrongRecipient = "wrong-recipient"
    case replay
    case impossibleTime = "impossible-time"
    case exerciseMismatch = "exercise-mismatch"
    case transitionNotAllowed = "transition-not-allowed"
    case predecessorMissing = "predecessor-missing"

    // What did not verify.
    case verificationFailed = "verification-failed"
    /// The register must not go on: it would contradict what this node, or a witness, has already signed.
    case registerHeld = "register-held"

    // What the world did.
    case peerUnreachable = "peer-unreachable"
    case peerRefused = "peer-refused"
    case storage
    case failure
    /// A person stopped it.
    case interrupted

    /// The exit status of the command line: 0 ok, 1 failure, 2 usage, 3 not found, 4 conflict or wrong state,
    /// 5 permission, 6 verification failed, 7 network or peer, 8 refused by a rule, 130 stopped by a person.
    public var exitStatus: Int32 {
        switch self {
        case .usage, .malformedInput, .timeWithoutZone, .tooLarge: 2
        case .notFound, .contentRemoved: 3
        case .wrongState, .alreadyExists, .changed, .exerciseMismatch, .transitionNotAllowed, .predecessorMissing, .replay, .registerHeld: 4
        case .permission, .throttled: 5
        case .cannotDecrypt, .schema, .badSignature, .unknownKey, .revokedKey, .keyOfAnotherState, .wrongRecipient,
            .impossibleTime, .verificationFailed:
            6
        case .peerUnreachable, .peerRefused: 7
        case .refusedByRule: 8
        case .storage, .failure: 1
        case .interrupted: 130
        }
    }

    /// The HTTP status of an answer that carries this code.
    public var httpStatus: Int {
        switch self {
        case .usage, .malformedInput, .timeWithoutZone: 400
        case .permission: 403
        case .notFound: 404
        case .contentRemoved: 410
        case .wrongState, .alreadyExists: 409
        case .changed: 412
        case .tooLarge: 413
        case .throttled: 429
        case .predecessorMissing: 425
        case .cannotDecrypt, .schema, .badSignature, .unknownKey, .revokedKey, .keyOfAnotherState, .wrongRecipient,
            .replay, .impossibleTime, .exerciseMismatch, .transitionNotAllowed, .verificationFailed, .refusedByRule:
            422
        case .peerUnreachable, .peerRefused: 502
        case .storage, .failure, .interrupted: 500
        case .registerHeld: 503
        }
    }
}
