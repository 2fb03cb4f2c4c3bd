// SPDX-License-Identifier: Apache-2.0

import Crypto
public import Standards

/// Seals a stream into an age file. One thread at a time; two buffers of 64 KiB.
public final class AgeWriter: ByteSink {
    private let sink: any ByteSink
    private let cipher: AgeCipher
    private let pending = Scratch(AgeChunk.size)
    private let sealed = Scratch(AgeChunk.sealedSize)
    private var filled = 0
    private var index: UInt64 = 0
    private var isFinished = false

    /// Writes the header at once.
    /// - Throws: `.usage` without a recipient, with more than 64 or with hybrid ones beside others, and what the sink throws.
    public convenience init(to sink: any ByteSink, recipients: [AgeRecipient]) throws(ComityError) {
        let (head, key) = try Self.head(recipients)
        try self.init(to: sink, head, key)
    }

    /// A fresh header with the nonce after it, and the key of the payload.
    static func head(_ recipients: [AgeRecipient]) throws(ComityError) -> (head: [UInt8], key: SymmetricKey) {
        guard !recipients.isEmpty, recipients.count <= AgeHeader.maximumStanzas else {
            throw ComityError(.usage, "An age file is sealed to 1 to \(AgeHeader.maximumStanzas) recipients, not to \(recipients.count).")
        }
        guard Set(recipients.map(\.kind)).count == 1 else {
            throw ComityError(
                .usage, "Hybrid recipients (age1pq1…) do not stand beside X25519 ones (age1…).",
                why: "The file would be no safer than for the weakest of them.", next: "Seal two files, or take recipients of one kind.")
        }
        let fileKey = SymmetricKey(size: .bits128)
        var stanzas: [AgeStanza] = []
        for recipient in recipients { stanzas.append(try recipient.wrap(fileKey)) }
        return head(stanzas, fileKey)
    }

    /// Seals with a passphrase instead, which takes about a second and 256 MiB of memory.
    public convenience init(to sink: any ByteSink, passphrase: AgePassphrase) throws(ComityError) {
        let fileKey = SymmetricKey(size: .bits128)
        let (head, key) = Self.head([try passphrase.wrap(fileKey)], fileKey)
        try self.init(to: sink, head, key)
    }

    private static func head(_ stanzas: [AgeStanza], _ fileKey: SymmetricKey) -> (head: [UInt8], key: SymmetricKey) {
        var generator = SystemRandomNumberGenerator()
        let nonce = (0..<AgeEnvelope.nonceSize).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return (AgeHeader.serialise(stanzas, fileKey: fileKey) + nonce, AgeEnvelope.payloadKey(fileKey, nonce: nonce))
    }

    private init(to sink: any ByteSink, _ head: [UInt8], _ key: SymmetricKey) throws(ComityError) {
        cipher = try AgeCipher(key: key)
        self.sink = sink
        try sink.write(head)
    }

    /// Takes plaintext. A chunk leaves only when more follows, because the last one is marked.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(ComityError) {
        guard !isFinished else { throw ComityError(.failure, "Something was written to an age file after its end.") }
        var rest = bytes
        while !rest.isEmpty {
            if filled == AgeChunk.size {
                try flush(UnsafeRawBufferPointer(pending.bytes), last: false)
                filled = 0
            }
            if filled == 0, rest.count > AgeChunk.size {
                try flush(UnsafeRawBufferPointer(rebasing: rest[..<AgeChunk.size]), last: false)
                rest = UnsafeRawBufferPointer(rebasing: rest[AgeChunk.size...])
                continue
            }
            let count = min(rest.count, AgeChunk.size - filled)
            UnsafeMutableRawBufferPointer(rebasing: pending.bytes[filled...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            filled += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Writes the last chunk. Without it the file is cut off and no reader accepts it.
    public func finish() throws(ComityError) {
        guard !isFinished else { return }
        isFinished = true
        try flush(UnsafeRawBufferPointer(rebasing: pending.bytes[..<filled]), last: true)
    }

    private func flush(_ plaintext: UnsafeRawBufferPointer, last: Bool) throws(ComityError) {
        let count = try cipher.seal(plaintext, index: index, last: last, into: sealed.bytes)
        index += 1
        try sink.write(UnsafeRawBufferPointer(rebasing: sealed.bytes[..<count]))
    }
}
