// SPDX-License-Identifier: Apache-2.0

public import Standards

/// The bodies of the acts, typed: one type for each kind. Every body is a JSON object; members that are not named here are
/// kept and shown, never acted on.
public enum ActBody {
    /// Writes a body as the JSON object of an act.
    public static func json(_ body: some Encodable) throws(ComityError) -> JSONValue {
        try IJSON.decode(JSONValue.self, from: try IJSON.encode(body), limit: Act.limit)
    }

    /// Reads a body.
    /// - Throws: `.schema` when it has another shape.
    public static func read<Body: Decodable>(_ type: Body.Type, from act: Act) throws(ComityError) -> Body {
        try IJSON.decode(type, from: try IJSON.encode(act.body), limit: Act.limit)
    }

    /// The type of the body of each kind of act.
    public static func bodyType(of kind: ActKind) -> any ActContent.Type {
        switch kind {
        case .request: Request.self
        case .acknowledge: Acknowledge.self
        case .ask: Ask.self
        case .answer: Answer.self
        case .consult: Consult.self
        case .screen: Screen.self
        case .accept: Accept.self
        case .acceptConditions, .resume, .activate, .agreeReturn, .approveAgreement, .certify, .end, .statusQuery, .releaseWitness,
            .depart:
            Remark.self
        case .offerConditions: OfferConditions.self
        case .decline: Decline.self
        case .withdraw, .reopen, .downgrade, .interrupt, .lapse: Reason.self
        case .refuse, .partlyRefuse: Refusal.self
        case .postpone: Postpone.self
        case .execute: Execute.self
        case .complete: Complete.self
        case .report: Report.self
        case .supply: Supply.self
        case .receive: Receive.self
        case .transfer: Transfer.self
        case .close: Close.self
        case .override: Override.self
        case .preserve: Preserve.self
        case .extend: Extend.self
        case .hold, .retroactiveProcess, .convert: LinkedRequest.self
        case .release: Release.self
        case .disclose: Disclose.self
        case .callBack: CallBack.self
        case .arrest: Arrest.self
        case .commit: Commit.self
        case .grant: Grant.self
        case .prosecuteInstead: ProsecuteInstead.self
        case .schedule, .agree: Schedule.self
        case .surrender: Surrender.self
        case .seekConsent: SeekConsent.self
        case .consent: Consent.self
        case .trace, .requestStop, .announceLift, .lift: Assets.self
        case .stopPayment, .freeze, .confiscate: Measure.self
        case .realise, .proposeReturn, .return: Ledger.self
        case .sign: Sign.self
        case .amend: Amend.self
        case .logEvidence: LogEvidence.self
        case .evaluate, .feedback: Evaluation.self
        case .assess: Assess.self
        case .summon: Summon.self
        case .test: Test.self
        case .hear: Hear.self
        case .minutes: Minutes.self
        }
    }

    static func validate(_ act: Act) throws(ComityError) {
        guard act.body.object != nil else { throw ComityError(.schema, "The act \(act.id) is not well-formed: its body is not an object.") }
        if let fault = try bodyType(of: act.kind).fault(reading: act) {
            throw ComityError(.schema, "The act \(act.id) (\(act.kind.rawValue)) is not well-formed: \(fault)")
        }
    }
}

/// The typed body of a kind of act.
public protocol ActContent: Codable, Sendable, Equatable {
    /// What the types cannot say: bounds and coded values. Nil when the body is sound.
    func fault(in act: Act) -> String?
}

extension ActContent {
    fileprivate static func fault(reading act: Act) throws(ComityError) -> String? {
        try ActBody.read(Self.self, from: act).fault(in: act)
    }
}

/// Bounds that bodies share.
enum Bounds {
    /// A text that must say something, at most `limit` bytes.
    static func text(_ text: String, _ name: String, limit: Int = 20_000) -> String? {
        if text.allSatisfy(\.isWhitespace) { return "“\(name)” is empty." }
        return optional(text, name, limit: limit)
    }

    static func optional(_ text: String?, _ name: String, limit: Int = 20_000) -> String? {
        (text?.utf8.count ?? 0) > limit ? "“\(name)” is longer than \(limit) bytes." : nil
    }

    /// A list of `range` texts, each of which says something.
    static func list(_ texts: [String], _ name: String, _ range: ClosedRange<Int>, limit: Int = 4_000) -> String? {
        guard range.contains(texts.count) else { return "“\(name)” does not hold \(range.lowerBound) to \(range.upperBound) entries." }
        return texts.lazy.compactMap { text($0, name, limit: limit) }.first
    }

    static func hash(_ text: String, _ name: String) -> String? {
        Hex.decode(text)?.count == 32 ? nil : "“\(name)” is not a SHA-256 hash."
    }

    /// An amount of money or of an asset: digits, at most eight after the point.
    static func scaled(_ text: String) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...10).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard (1...8).contains(fraction.utf8.count), fraction.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(parts[0] + fraction + String(repeating: "0", count: 8 - fraction.utf8.count))
    }
}
