// SPDX-License-Identifier: Apache-2.0

import Mustache
import Standards
import Synchronization
import Web
import Yams

/// The words of the desk in one language: the files of `strings/<language>/`, one `key: text` a line, with `{placeholders}`.
///
/// A missing key is shown as the key, so that a page still serves, and is remembered for the test that renders every page.
/// Owns `misses`, under one lock.
final class Strings: Sendable {
    let language: String
    private let texts: [String: String]
    /// The texts cut at their placeholders; only those that have some.
    private let cut: [String: [Piece]]
    private let misses = Mutex<Set<String>>([])

    /// - Parameter files: names and texts of the files of this language.
    /// - Throws: `.failure` when a text is not a list of keys and texts, or a key comes twice.
    init(files: [(name: String, yaml: String)], language: String) throws(ComityError) {
        var texts: [String: String] = [:]
        for (file, yaml) in files {
            let name = "strings/\(language)/\(file)"
            do {
                guard let mapping = try Yams.compose(yaml: yaml)?.mapping else {
                    throw DeskResources.fault("The file \(name) of the desk has no keys.")
                }
                for (key, value) in mapping {
                    guard let key = key.string, let value = value.scalar?.string else {
                        throw DeskResources.fault("The file \(name) of the desk has a line that is not “key: text”.")
                    }
                    guard texts.updateValue(value, forKey: key) == nil else {
                        throw DeskResources.fault("The key \(key) of the desk comes twice; the second time in \(name).")
                    }
                }
            } catch let error as ComityError { throw error } catch {
                throw DeskResources.fault("The file \(name) of the desk is not YAML: \(error)")
            }
        }
        self.language = language
        self.texts = texts
        cut = texts.filter { $0.value.utf8.contains(UInt8(ascii: "{")) }.mapValues(Self.pieces)
    }

    /// Keys that were looked up and are not there.
    var missing: [String] { misses.withLock { $0.sorted() } }
    var keys: Set<String> { Set(texts.keys) }

    func has(_ key: String) -> Bool { texts[key] != nil }

    func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String {
        guard let pieces = cut[key] else { return text(key) }
        return pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .placeholder(let name): values[name] ?? "{\(name)}"
            }
        }.joined()
    }

    /// The text for a count: `key.one` or `key.other`, with `{count}`.
    func count(_ key: String, _ count: Int, _ figures: Figures) -> String {
        self(count == 1 ? "\(key).one" : "\(key).other", ["count": figures.count(count)])
    }

    /// A sentence with text from outside in it, for the template `phrase`: that text stands alone in the page, so that
    /// its direction of writing cannot reorder the sentence.
    func phrase(_ key: String, _ values: [String: Phrase.Value]) -> Phrase {
        Phrase(
            (cut[key] ?? [.text(text(key))]).map { piece in
                switch piece {
                case .text(let text): .words(text)
                case .placeholder(let name): values[name] ?? .words("{\(name)}")
                }
            })
    }

    fileprivate func text(_ key: String) -> String {
        if let text = texts[key] { return text }
        misses.withLock { _ = $0.insert(key) }
        return key
    }

    private enum Piece: Sendable {
        case text(String)
        case placeholder(String)
    }

    private static func pieces(of text: String) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            pieces.append(.text(String(rest[..<open])))
            pieces.append(.placeholder(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        pieces.append(.text(String(rest)))
        return pieces
    }

    /// What a template calls `t`: `{{t.queue.title}}` is the text of `queue.title`.
    var root: Lookup { Lookup(strings: self, key: "") }

    struct Lookup: MustacheParent, MustacheCustomRenderable {
        let strings: Strings
        let key: String

        func child(named name: String) -> Any? { Lookup(strings: strings, key: key.isEmpty ? name : "\(key).\(name)") }
        var renderText: String { strings.text(key) }
        var isNull: Bool { false }
    }
}

/// A sentence in pieces.
struct Phrase: MustacheParent {
    enum Value {
        /// Words of the desk.
        case words(String)
        /// Text from an act, a directory entry or an address.
        case outside(String)
        /// A State: its plate and the name of its authority.
        case state(code: String, name: String)
    }

    let values: [Value]

    init(_ values: [Value]) { self.values = values }

    func child(named name: String) -> Any? {
        guard name == "pieces" else { return nil }
        return values.map { value -> Fields in
            switch value {
            case .words(let text): ["words": text, "isWords": true, "isOutside": false, "isState": false]
            case .outside(let text): ["outside": Text.safe(text), "isWords": false, "isOutside": true, "isState": false]
            case .state(let code, let name):
                ["code": code, "name": Text.safe(name), "isWords": false, "isOutside": false, "isState": true, "isNamed": !name.isEmpty]
            }
        }
    }
}
