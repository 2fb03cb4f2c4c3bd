// SPDX-License-Identifier: Apache-2.0

public import Standards

/// age files in one call, for messages that fit in memory. Larger things go through ``AgeWriter`` and ``AgeReader``.
public enum Age {
    /// The age file of `plaintext`, which each of `recipients` can open.
    /// - Parameter armored: as text, for ways that take no other.
    /// - Throws: `.usage` without a recipient.
    public static func encrypt(_ plaintext: [UInt8], to recipients: [AgeRecipient], armored: Bool = false) throws(ComityError) -> [UInt8] {
        let sink = MemorySink(limit: Int.max)
        let armor = armored ? try AgeArmorWriter(to: sink) : nil
        let writer = try AgeWriter(to: armor ?? sink, recipients: recipients)
        try writer.write(plaintext)
        try writer.finish()
        try armor?.finish()
        return sink.bytes
    }

    /// The plaintext of an age file.
    /// - Parameter limit: the largest accepted plaintext in bytes.
    /// - Throws: `.cannotDecrypt` when no identity matches, `.schema` or `.verificationFailed` when the file is malformed
    ///   or was changed, `.tooLarge` beyond `limit`.
    public static func decrypt(_ bytes: [UInt8], with identities: [any AgeOpener], limit: Int) throws(ComityError) -> [UInt8] {
        let reader = try AgeReader(from: MemorySource(bytes), identities: identities)
        let sink = MemorySink(limit: limit)
        let buffer = Scratch(AgeChunk.size)
        while true {
            let count = try reader.read(into: buffer.bytes)
            if count == 0 { return sink.bytes }
            try sink.write(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count]))
        }
    }
}
