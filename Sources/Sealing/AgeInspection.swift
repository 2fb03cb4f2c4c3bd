// SPDX-License-Identifier: Apache-2.0

public import Standards

/// What an age file says of itself before it is opened. Nothing of it is proven.
public struct AgeInspection: Sendable, Codable, Equatable {
    public let version: String
    public let isArmored: Bool
    /// The types of the recipients, in the order of the header.
    public let recipients: [String]
    /// Every recipient is a hybrid one, so whoever records the file today cannot open it with a quantum computer later. A passphrase
    /// counts: it is as strong as its words.
    public let isPostQuantum: Bool
    public let headerBytes: Int
    /// Length of what was sealed, as far as the file is whole.
    public let contentBytes: Int64
    public let chunks: Int64

    /// Reads the whole file, which tells only its length.
    /// - Throws: `.schema` for anything that is not an age file.
    public init(of source: any ByteSource) throws(ComityError) {
        var buffered = BufferedSource(source)
        isArmored = try AgeArmorReader.stands(in: buffered)
        if isArmored { buffered = BufferedSource(AgeArmorReader(buffered)) }
        let header = try AgeHeader(from: buffered)
        version = AgeHeader.version
        recipients = header.stanzas.map(\.type)
        isPostQuantum = recipients.allSatisfy { $0 == AgeHybrid.stanza || $0 == AgePassphrase.stanza }
        headerBytes = header.length
        let scratch = Scratch(1 << 16)
        var rest: Int64 = 0
        while true {
            let count = try buffered.read(into: scratch.bytes)
            if count == 0 { break }
            rest += Int64(count)
        }
        let payload = rest - Int64(AgeEnvelope.nonceSize)
        guard payload >= Int64(AgeChunk.tagSize) else { throw ComityError(.schema, "The age file is cut off after its header.") }
        chunks = (payload + Int64(AgeChunk.sealedSize) - 1) / Int64(AgeChunk.sealedSize)
        contentBytes = payload - chunks * Int64(AgeChunk.tagSize)
    }
}
