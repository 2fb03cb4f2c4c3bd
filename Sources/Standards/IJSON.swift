// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Reading and writing of JSON that crosses a border: I-JSON (RFC 7493), bounded before it is parsed.
///
/// Foundation's decoder keeps one of two members with the same name; another implementation may keep the other, and
/// two States would read two different acts from one signature. So the text is scanned first: size, UTF-8, nesting,
/// and duplicate names are refused, then the library parses.
public enum IJSON {
    /// Deepest nesting accepted.
    public static let maximumDepth = 32

    /// Decodes `bytes`.
    /// - Parameter limit: the largest accepted size in bytes.
    /// - Throws: `ComityError` with `.tooLarge` or `.schema`.
    public static func decode<T: Decodable>(_ type: T.Type, from bytes: some Collection<UInt8>, limit: Int) throws(ComityError) -> T {
        guard bytes.count <= limit else {
            throw ComityError(.tooLarge, "The JSON document has \(bytes.count) bytes; at most \(limit) are accepted.")
        }
        var scanner = Scanner()
        try scanner.scan(bytes as? [UInt8] ?? Array(bytes))
        do {
            return try JSONDecoder().decode(type, from: bytes as? Data ?? Data(bytes))
        } catch let error as DecodingError {
            throw ComityError(.schema, "The JSON document does not have the expected shape: \(describe(error)).")
        } catch let error as ComityError {
            throw error.code == .timeWithoutZone ? error : ComityError(.schema, error.what, why: error.why, next: error.next)
        } catch {
            throw ComityError(.schema, "The JSON document cannot be read.")
        }
    }

    /// Compact JSON with sorted member names and unescaped slashes: the bytes that are signed and hashed.
    /// The reader never re-serialises, so this only has to be stable, not canonical.
    public static func encode(_ value: some Encodable) throws(ComityError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return [UInt8](try encoder.encode(value)) } catch {
            throw ComityError(.failure, "A value cannot be written as JSON: \(error).")
        }
    }

    /// The same, indented, for people and `--json` output.
    public static func pretty(_ value: some Encodable) throws(ComityError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch {
            throw ComityError(.failure, "A value cannot be written as JSON: \(error).")
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            let joined = context.codingPath.map(\.stringValue).joined(separator: ".")
            return joined.isEmpty ? "the document" : joined
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(key.stringValue) is missing in \(path(context))"
        case .typeMismatch(_, let context): return "\(path(context)) has the wrong type"
        case .valueNotFound(_, let context): return "\(path(context)) is null"
        case .dataCorrupted(let context):
            return
                "\(path(context)): \(context.debugDescription.hasSuffix(".") ? String(context.debugDescription.dropLast()) : context.debugDescription)"
        @unknown default: return "it cannot be decoded"
        }
    }

    /// Walks the text once; knows only strings, brackets and commas.
    private struct Scanner {
        /// Where the names of an object begin in `names`; nil for an array, which has none.
        private struct Open {
            let first: Int?
            /// The names of an object with many of them.
            var many: Set<[UInt8]> = []
        }

        /// Names that are compared one by one.
        private static let few = 24
        private var open: [Open] = []
        /// Names seen so far in the objects that are open, as stretches of the text.
        private var names: [Range<Int>] = []

        mutating func scan(_ bytes: [UInt8]) throws(ComityError) {
            guard String(validating: bytes, as: UTF8.self) != nil else {
                throw ComityError(.schema, "The JSON document is not valid UTF-8.")
            }
            try bytes.withUnsafeBufferPointer { text throws(ComityError) in try scan(UnsafeRawBufferPointer(text)) }
        }

        private mutating func scan(_ bytes: UnsafeRawBufferPointer) throws(ComityError) {
            var position = 0
            while position < bytes.count {
                switch bytes[position] {
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    guard open.count < IJSON.maximumDepth else {
                        throw ComityError(.schema, "The JSON document is nested deeper than \(IJSON.maximumDepth) levels.")
                    }
                    open.append(Open(first: bytes[position] == UInt8(ascii: "{") ? names.count : nil))
                    position += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    guard let closed = open.popLast() else {
                        throw ComityError(.schema, "The JSON document closes what it did not open.")
                    }
                    if let first = closed.first { names.removeSubrange(first...) }
                    position += 1
                case UInt8(ascii: "\""):
                    let start = position
                    position += 1
                    var isEscaped = false
                    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                        let isEscape = bytes[position] == UInt8(ascii: "\\")
                        isEscaped = isEscaped || isEscape
                        position += isEscape ? 2 : 1
                    }
                    guard position < bytes.count else { throw ComityError(.schema, "The JSON document ends inside a text.") }
                    position += 1
                    var next = position
                    while next < bytes.count, Self.isSpace(bytes[next]) { next += 1 }
                    guard next < bytes.count, bytes[next] == UInt8(ascii: ":"), let first = open.last?.first else { continue }
                    // A name is compared as written; an escaped spelling of a plain name is refused, so it cannot hide.
                    guard !isEscaped else { throw ComityError(.schema, "A member name in the JSON document is written with escapes.") }
                    try add(start..<position, from: first, in: bytes)
                default: position += 1
                }
            }
            guard open.isEmpty else { throw ComityError(.schema, "The JSON document is cut off.") }
        }

        private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

        /// Refuses a name that its object has already.
        private mutating func add(_ name: Range<Int>, from first: Int, in bytes: UnsafeRawBufferPointer) throws(ComityError) {
            let text = UnsafeRawBufferPointer(rebasing: bytes[name])
            let isKnown: Bool
            if names.count - first < Self.few {
                isKnown = names[first...].contains { known in
                    known.count == name.count && UnsafeRawBufferPointer(rebasing: bytes[known]).elementsEqual(text)
                }
            } else {
                if open[open.count - 1].many.isEmpty {
                    open[open.count - 1].many = Set(names[first...].map { Array(bytes[$0]) })
                }
                isKnown = !open[open.count - 1].many.insert(Array(text)).inserted
            }
            guard !isKnown else {
                throw ComityError(.schema, "The JSON document names \(String(decoding: text, as: UTF8.self)) twice in one object.")
            }
            names.append(name)
        }
    }
}
