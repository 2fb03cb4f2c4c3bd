// SPDX-License-Identifier: Apache-2.0

public import Standards

/// What a register asks of a witness: to cosign a checkpoint that extends the last one it cosigned (C2SP tlog-witness,
/// `add-checkpoint`).
public struct AddCheckpoint: Sendable, Equatable, CustomStringConvertible {
    /// Largest accepted request, in bytes.
    public static let limit = SignedNote.limit + 8192

    /// Size of the last checkpoint that the witness cosigned, as the caller knows it; 0 for none.
    public let old: Int64
    /// Consistency proof from there to the checkpoint.
    public let proof: [Hash]
    public let note: SignedNote

    public init(old: Int64, proof: [Hash], note: SignedNote) {
        self.old = old
        self.proof = proof
        self.note = note
    }

    /// The body of the request.
    public var description: String {
        (["old \(old)"] + proof.map { Base64.encode($0.bytes) }).joined(separator: "\n") + "\n\n" + note.description
    }

    /// Reads the body; verifies nothing.
    /// - Throws: `.schema`, `.tooLarge`.
    public init(parsing text: String) throws(ComityError) {
        let bad = ComityError(.schema, "The request is not an old size, a proof and a checkpoint.")
        guard text.utf8.count <= Self.limit else { throw ComityError(.tooLarge, "The request is longer than \(Self.limit) bytes.") }
        guard let gap = text.firstRange(of: "\n\n") else { throw bad }
        let lines = text[text.startIndex..<gap.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, first.hasPrefix("old "), let number = Decimal63.read(first.dropFirst(4)), lines.count <= 64 else {
            throw bad
        }
        old = number
        var hashes: [Hash] = []
        for line in lines.dropFirst() {
            guard let hash = Base64.decode(String(line)).flatMap({ Hash($0) }) else { throw bad }
            hashes.append(hash)
        }
        proof = hashes
        note = try SignedNote(parsing: String(text[gap.upperBound...]))
    }

    /// The origin that the checkpoint names, whoever signed it.
    public var origin: String { note.text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? "" }

    /// What the witness answers.
    public enum Answer: Sendable, Equatable {
        /// 200: its signature lines.
        case cosigned([SignedNote.Signature])
        /// 400: the request cannot be read, or the old size is above the new one.
        case malformed
        /// 403: no key of that register signed it, or a line that names one does not hold.
        case forbidden
        /// 404: the witness does not know the register.
        case unknownOrigin
        /// 409: the size that the witness last cosigned is another.
        case conflict(Int64)
        /// 422: the proof does not hold.
        case unprocessable

        /// The HTTP status.
        public var status: Int {
            switch self {
            case .cosigned: 200
            case .malformed: 400
            case .forbidden: 403
            case .unknownOrigin: 404
            case .conflict: 409
            case .unprocessable: 422
            }
        }

        /// The media type of the body.
        public var mediaType: String {
            if case .conflict = self { return "text/x.tlog.size" }
            return "text/plain; charset=utf-8"
        }

        /// The body.
        public var body: String {
            switch self {
            case .cosigned(let lines): lines.map { "\($0)\n" }.joined()
            case .conflict(let size): "\(size)\n"
            case .malformed: "The request cannot be read.\n"
            case .forbidden: "The checkpoint is not signed by a key of that register.\n"
            case .unknownOrigin: "The register is not known here.\n"
            case .unprocessable: "The checkpoint does not extend what was cosigned here.\n"
            }
        }

        /// Reads an answer.
        /// - Returns: nil for a status or a body that no witness sends.
        public init?(status: Int, body: String) {
            switch status {
            case 200:
                guard body.hasSuffix("\n"), body.utf8.count <= SignedNote.limit else { return nil }
                var lines: [SignedNote.Signature] = []
                for line in body.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
                    guard let signature = SignedNote.Signature(line: line), lines.count < SignedNote.mostSignatures else { return nil }
                    lines.append(signature)
                }
                self = .cosigned(lines)
            case 400: self = .malformed
            case 403: self = .forbidden
            case 404: self = .unknownOrigin
            case 409:
                guard body.hasSuffix("\n"), let size = Decimal63.read(body.dropLast()) else { return nil }
                self = .conflict(size)
            case 422: self = .unprocessable
            default: return nil
            }
        }
    }

    /// Whether a witness may cosign.
    public enum Verdict: Sendable, Equatable {
        case cosign(Checkpoint)
        case refuse(Answer)
    }

    /// Judges the request.
    /// - Parameters:
    ///   - keys: of the register that the checkpoint names; every one must have signed. Empty: it is not known here.
    ///   - known: the last checkpoint that was cosigned for it; nil for none.
    public func judge(keys: [NoteVerifier], known: Checkpoint?) -> Verdict {
        guard let first = keys.first else { return .refuse(.unknownOrigin) }
        guard let checkpoint = try? Checkpoint(note, signedBy: first), keys.allSatisfy(note.isSigned) else { return .refuse(.forbidden) }
        guard old <= checkpoint.size else { return .refuse(.malformed) }
        guard old == known?.size ?? 0 else { return .refuse(.conflict(known?.size ?? 0)) }
        if checkpoint.size == 0, checkpoint.root != MerkleTree.emptyRoot { return .refuse(.unprocessable) }
        let holds = MerkleTree.isConsistent(
            old: old, oldRoot: known?.root ?? MerkleTree.emptyRoot, new: checkpoint.size, newRoot: checkpoint.root, proof: proof)
        return holds ? .cosign(checkpoint) : .refuse(.unprocessable)
    }
}
