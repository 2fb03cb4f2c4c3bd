// SPDX-License-Identifier: Apache-2.0

import Dossier
public import Exchange
public import Register
import Sealing
public import Standards

/// An act or event of a register that is about a package, with the proof that the register holds it.
public struct CustodyEntry: Sendable, Codable {
    public enum Kind: String, Sendable, Codable { case act, event }

    public let index: Int64
    public let kind: Kind
    /// What the register holds: SHA-256 of the event's bytes, or of the act's payload.
    public let hash: Hash
    /// The event as registered, or the signed act, base64url.
    public let bytes: String
    /// From the leaf upwards.
    public let proof: [Hash]

    public init(index: Int64, kind: Kind, hash: Hash, bytes: [UInt8], proof: [Hash]) {
        self.index = index
        self.kind = kind
        self.hash = hash
        self.bytes = Base64.urlEncode(bytes)
        self.proof = proof
    }
}

/// What an entry says, read from its exact bytes. Nothing is proven by reading it.
public struct CustodyRecord: Sendable {
    /// What the register holds of these bytes.
    public let content: Hash
    /// The package it is about; nil when it names none.
    public let package: String?
    public let file: UUIDv7?
    /// What it is in the chain of custody; nil for an event that is none, such as a time stamp.
    public let step: CustodyStep?
    /// The signed act; nil for an event.
    public let act: UnverifiedAct?
    /// The State that made the act, or whose register holds the event.
    public let state: StateCode

    /// - Parameter own: the State whose register it is.
    /// - Throws: `.schema`, `.tooLarge` when the bytes are no act or no event.
    public init(_ kind: CustodyEntry.Kind, _ bytes: [UInt8], index: Int64?, own: StateCode) throws(ComityError) {
        switch kind {
        case .act:
            let unverified = try UnverifiedAct(bytes)
            let claims = try unverified.claims()
            act = unverified
            content = Hash.of(unverified.jws.payload)
            state = claims.from.state
            file = claims.file
            let kind: CustodyStep.Kind? =
                switch claims.kind {
                case .supply, .disclose: .supplied
                case .receive: .received
                default: nil
                }
            package = claims.kind == .receive ? claims.body["package"]?.string : claims.body.at("package.digest")?.string
            var step = kind.map { CustodyStep($0, .done, who: claims.by.officer, by: claims.from.state, at: claims.at) }
            step?.index = index
            self.step = step
        case .event:
            let event = try IJSON.decode(Event.self, from: bytes, limit: 1 << 20)
            act = nil
            content = Hash.of(bytes)
            state = own
            file = event.file
            package = event.detail["package"]?.string
            var step = event.step(own: own)
            step?.index = index
            self.step = step
        }
    }

    /// `docs/formats/events.md`.
    private struct Event: Decodable {
        let event: String
        let file: UUIDv7?
        let at: Instant
        let by: String
        let detail: [String: JSONValue]

        func step(own: StateCode) -> CustodyStep? {
            func text(_ name: String) -> String { detail[name]?.string ?? "" }
            let isNote = event == "custody-noted"
            guard let kind = CustodyStep.Kind(rawValue: isNote ? text("what") : event), kind != .gap, kind != .collected,
                isNote == CustodyStep.noted.contains(kind)
            else { return nil }
            let isFailed = kind == .verified && detail["valid"]?.bool != true || detail["equal"]?.bool == false
            var step = CustodyStep(kind, isFailed ? .failed : .done, who: by, by: own, at: at, place: text("where"))
            if isNote, let stated = try? Instant(text("at")) { step.at = stated }
            (step.why, step.tool, step.seal) = (text("why"), text("tool"), text("seal"))
            step.exhibits = detail["exhibits"]?.array?.compactMap { $0.integer.map { Int(clamping: $0) } } ?? []
            if let one = detail["exhibit"]?.integer { step.exhibits = [Int(clamping: one)] }
            step.isRemeasured = detail["remeasured"]?.bool
            step.isEqual = detail["equal"]?.bool
            if isNote { step.sha256 = detail["sha256"]?.string }
            return step
        }
    }
}
