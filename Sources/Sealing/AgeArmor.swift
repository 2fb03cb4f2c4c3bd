// SPDX-License-Identifier: Apache-2.0

public import Standards

/// ASCII armor of age files: strict PEM (RFC 7468, figure 3) with the label `AGE ENCRYPTED FILE`, lines of 64 characters.
enum AgeArmor {
    static let begin = "-----BEGIN AGE ENCRYPTED FILE-----"
    static let end = "-----END AGE ENCRYPTED FILE-----"
    /// Characters of a line, and the bytes they stand for.
    static let columns = 64
    static let bytesPerLine = 48

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}

/// Writes an age file as armor. One thread at a time; a line is buffered.
public final class AgeArmorWriter: ByteSink {
    private let sink: any ByteSink
    private var pending: [UInt8] = []

    /// Writes the first line at once.
    public init(to sink: any ByteSink) throws(ComityError) {
        self.sink = sink
        try sink.write(Array("\(AgeArmor.begin)\n".utf8))
    }

    public func write(_ bytes: UnsafeRawBufferPointer) throws(ComityError) {
        pending.append(contentsOf: bytes)
        let whole = pending.count / AgeArmor.bytesPerLine * AgeArmor.bytesPerLine
        guard whole > 0 else { return }
        var text: [UInt8] = []
        text.reserveCapacity(whole / 3 * 4 + whole / AgeArmor.bytesPerLine)
        for start in stride(from: 0, to: whole, by: AgeArmor.bytesPerLine) {
            text.append(contentsOf: Base64.encode(Array(pending[start..<(start + AgeArmor.bytesPerLine)])).utf8)
            text.append(UInt8(ascii: "\n"))
        }
        pending.removeFirst(whole)
        try sink.write(text)
    }

    /// Writes the rest and the last line.
    public func finish() throws(ComityError) {
        let rest = pending.isEmpty ? "" : Base64.encode(pending) + "\n"
        try sink.write(Array("\(rest)\(AgeArmor.end)\n".utf8))
        pending = []
    }
}

/// The bytes inside armor. White space may stand before and after it, and nothing else; lines may end with CR LF.
final class AgeArmorReader: ByteSource {
    private let source: BufferedSource
    private var decoded: [UInt8] = []
    private var position = 0
    private var hasBegun = false
    private var isLast = false
    private var hasEnded = false

    init(_ source: BufferedSource) { self.source = source }

    /// Whether what comes next is armor rather than a binary age file: white space or a hyphen.
    static func stands(in source: BufferedSource) throws(ComityError) -> Bool {
        guard let byte = try source.peekByte() else { return false }
        return byte == UInt8(ascii: "-") || AgeArmor.isSpace(byte)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int {
        guard !buffer.isEmpty else { return 0 }
        while position == decoded.count {
            guard try fill() else { return 0 }
        }
        let count = min(buffer.count, decoded.count - position)
        buffer.copyBytes(from: decoded[position..<(position + count)])
        position += count
        return count
    }

    /// Decodes the next line; false at the end, when nothing but white space follows.
    private func fill() throws(ComityError) -> Bool {
        guard !hasEnded else { return false }
        if !hasBegun {
            while let byte = try source.peekByte(), AgeArmor.isSpace(byte) { _ = try source.readByte() }
            guard try line() == Array(AgeArmor.begin.utf8) else { throw Self.fault("it does not begin with “\(AgeArmor.begin)”") }
            hasBegun = true
        }
        guard let text = try line() else { throw Self.fault("it is cut off") }
        if text == Array(AgeArmor.end.utf8) {
            while let byte = try source.readByte() {
                guard AgeArmor.isSpace(byte) else { throw Self.fault("something stands after its last line") }
            }
            hasEnded = true
            return false
        }
        guard !isLast, !text.isEmpty, text.count <= AgeArmor.columns,
            let bytes = Base64.decode(String(decoding: text, as: UTF8.self)), !bytes.isEmpty
        else { throw Self.fault("a line is not canonical base64 of 64 characters") }
        isLast = text.count < AgeArmor.columns || text.last == UInt8(ascii: "=")
        decoded = bytes
        position = 0
        return true
    }

    /// The next line without its end; nil at the end of the text. A line of armor is short.
    private func line() throws(ComityError) -> [UInt8]? {
        var line: [UInt8] = []
        while let byte = try source.readByte() {
            if byte == UInt8(ascii: "\n") {
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                return line
            }
            line.append(byte)
            guard line.count <= AgeArmor.columns + 1 else { throw Self.fault("a line is longer than 64 characters") }
        }
        return line.isEmpty ? nil : line
    }

    private static func fault(_ why: String) -> ComityError {
        ComityError(.schema, "The armor of the age file is malformed: \(why).", next: "Ask the sender for the file again.")
    }
}
