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
        var guardian = Scanner(Array(bytes))
        try guardian.scan()
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
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
        case .dataCorrupted(let context): return "\(path(context)): \(context.debugDescription)"
        @unknown default: return "it cannot be decoded"
        }
    }

    /// Walks the text once; knows only strings, brackets and commas.
    private struct Scanner {
        let bytes: [UInt8]
        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func scan() throws(ComityError) {
            guard String(validating: bytes, as: UTF8.self) != nil else {
                throw ComityError(.schema, "The JSON document is not valid UTF-8.")
            }
            // One entry for each open bracket: the names seen so far in an object; arrays collect none.
            var open: [(isObject: Bool, names: Set<[UInt8]>)] = []
            var position = 0
            while position < bytes.count {
                switch bytes[position] {
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    guard open.count < IJSON.maximumDepth else {
                        throw ComityError(.schema, "The JSON document is nested deeper than \(IJSON.maximumDepth) levels.")
                    }
                    open.append((bytes[position] == UInt8(ascii: "{"), []))
                    position += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    guard !open.isEmpty else { throw ComityError(.schema, "The JSON document closes what it did not open.") }
                    open.removeLast()
                    position += 1
                case UInt8(ascii: "\""):
                    let start = position
                    position += 1
                    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                        position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
                    }
                    guard position < bytes.count else { throw ComityError(.schema, "The JSON document ends inside a text.") }
                    position += 1
                    let end = position
                    var next = position
                    while next < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[next]) { next += 1 }
                    guard next < bytes.count, bytes[next] == UInt8(ascii: ":"), open.last?.isObject == true else { continue }
                    // A name is compared as written; an escaped spelling of a plain name is refused, so it cannot hide.
                    let name = Array(bytes[start..<end])
                    guard !name.contains(UInt8(ascii: "\\")) else {
                        throw ComityError(.schema, "A member name in the JSON document is written with escapes.")
                    }
                    guard open[open.count - 1].names.insert(name).inserted else {
                        throw ComityError(.schema, "The JSON document names \(String(decoding: name, as: UTF8.self)) twice in one object.")
                    }
                default: position += 1
                }
            }
            guard open.isEmpty else { throw ComityError(.schema, "The JSON document is cut off.") }
        }
    }
}
