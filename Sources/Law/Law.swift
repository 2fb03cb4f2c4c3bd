// SPDX-License-Identifier: Apache-2.0

public import Standards

/// The front door of the room: all instruments a node knows, and what they say about a draft.
///
/// A pure value: built from texts that were read elsewhere, it does no input or output, reads no clock and draws no
/// randomness. The same `Law` runs at the sender and again at the receiver.
public struct Law: Sendable {
    /// The text of one rule file, with the name to show in errors.
    public struct SourceText: Sendable {
        /// Path below the instruments folder, for example `uncc/42-preservation.yaml`.
        public let path: String
        public let bytes: [UInt8]

        public init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    public let instruments: [Instrument]

    /// Reads every rule file; a folder is an instrument and must hold `instrument.yaml`.
    /// - Throws: `LawErrors` naming each fault with file and line. Nothing is loaded from a faulty set.
    public init(reading texts: [SourceText]) throws(LawErrors) {
        var reader = InstrumentReader()
        instruments = try reader.read(texts)
    }

    /// Every request type of every instrument, in the order of the files.
    public var requestTypes: [RequestType] { instruments.flatMap(\.types) }

    public func requestType(_ id: String) -> RequestType? { requestTypes.first { $0.id == id } }

    /// All rules that speak about a request type, with their instrument.
    public func rules(for type: String) -> [Rule] {
        instruments.flatMap(\.rules).filter { $0.types.contains(type) }
    }

    public func clocks(for type: String) -> [ClockRule] {
        instruments.flatMap(\.clocks).filter { $0.types.contains(type) }
    }

    /// The version of every instrument in force here, recorded in each act that was judged by it.
    public var versions: [String: String] {
        Dictionary(instruments.map { ($0.id, $0.version) }, uniquingKeysWith: { first, _ in first })
    }

    /// Everything the rules say about a draft of `type`: all findings, never only the first, the gravest first.
    public func findings(for draft: JSONValue, type: String) -> [Finding] {
        var found: [Finding] = []
        for rule in rules(for: type) where rule.when?.holds(in: draft) ?? true {
            switch rule.demand {
            case .needs(let condition):
                if !condition.holds(in: draft) { found.append(Finding(rule: rule, field: condition.firstUnmetField(in: draft))) }
            case .check(let check):
                found += check.faults(in: draft).map { Finding(rule: rule, field: $0.field, detail: $0.detail) }
            }
        }
        return found.sorted { ($0.level, $0.rule, $0.field) < ($1.level, $1.rule, $1.field) }
    }
}
