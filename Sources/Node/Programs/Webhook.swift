// SPDX-License-Identifier: Apache-2.0

import Crypto
import Exchange
import Foundation
public import Standards
public import Storage

/// An address to which the node tells what was registered: that something happened, never what was written.
public struct Webhook: Sendable, Codable {
    /// What a webhook may be told.
    public enum Event: String, Sendable, Codable, CaseIterable {
        /// An act was registered, made here or received.
        case actRegistered = "act.registered"
        /// A file or draft is not as it was: any act, a receipt, a prepared step, an assignment, a change of a draft.
        case fileChanged = "file.changed"
        /// A threshold of a clock was passed.
        case reminder
        /// A message of another State was not believed.
        case quarantined
        /// Every byte of a package is here.
        case packageComplete = "package.complete"
        /// Asked for by hand.
        case test
    }

    public let id: String
    public let officer: String
    public let url: String
    public let label: String
    public let events: [Event]
    public let created: Instant
    public let enabled: Bool
    /// Why nothing is sent any more.
    public let reason: String?

    init(_ row: WebhookRow, created: Instant) {
        id = row.id
        officer = row.officer
        url = row.url
        label = row.label
        events = row.events.compactMap(Event.init)
        self.created = created
        enabled = row.disabled == nil
        reason = row.disabled
    }
}

/// A message for a webhook and what came of it.
public struct WebhookDelivery: Sendable, Codable {
    public let id: Int64
    public let event: Webhook.Event
    public let state: WebhookDeliveryRow.Stage
    public let created: Instant
    public let attempts: Int
    /// When the last attempt was.
    public let last: Instant?
    /// When it is tried again; nil when it is not.
    public let next: Instant?
    /// HTTP status of the last answer.
    public let status: Int?
    /// Why the last attempt failed.
    public let says: String?
    /// What is sent.
    public let body: JSONValue
}

/// What a webhook is sent.
struct WebhookMessage: Encodable {
    struct Entry: Encodable {
        let index: Int64
        let type: String
        let name: String
        let hash: String
    }

    let event: Webhook.Event
    let webhook: String
    let node: StateCode
    let authority: String
    let exercise: Bool
    let at: Instant
    let ref: FileReference?
    let entry: Entry?

    /// The events that an entry of the register is told as.
    static func events(of line: EntryLine) -> [Webhook.Event] {
        if line.type == "act" { return [.actRegistered, .fileChanged] }
        switch RegisterEvent.Kind(rawValue: line.name) {
        case .reminded: return [.reminder]
        case .quarantined: return [.quarantined]
        case .arrived: return [.packageComplete, .fileChanged]
        case .drafted, .approved, .revised, .submitted, .overridden, .returnedToAuthor, .sent, .receipted, .sealed, .prepared, .discarded,
            .assigned:
            return [.fileChanged]
        default: return []
        }
    }
}

/// How a message is signed: `Comity-Signature: t=SECONDS,v1=HEX`, HMAC-SHA256 over `SECONDS.BODY` with the secret of the webhook.
public enum WebhookSignature {
    public static let header = "Comity-Signature"
    /// A receiver refuses what is older or newer than this, seconds.
    public static let tolerance: Int64 = 300

    public static func header(secret: String, body: [UInt8], at seconds: Int64) -> String {
        "t=\(seconds),v1=\(Hex.encode(code(secret, body, seconds)))"
    }

    /// What a receiver does.
    public static func isValid(_ header: String, secret: String, body: [UInt8], now seconds: Int64) -> Bool {
        var time: Int64?
        var codes: [[UInt8]] = []
        for part in header.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2 else { return false }
            if pair[0] == "t" { time = Int64(pair[1]) }
            if pair[0] == "v1", let code = Hex.decode(pair[1]) { codes.append(code) }
        }
        guard let time, seconds >= 0, (seconds - tolerance...seconds + tolerance).contains(time) else { return false }
        let right = Array(code(secret, body, time))
        return codes.contains { Secret.equal($0, right) }
    }

    private static func code(_ secret: String, _ body: [UInt8], _ seconds: Int64) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Data("\(seconds).".utf8) + Data(body), using: SymmetricKey(data: Data(secret.utf8)))
    }
}

extension AccessKey {
    /// The secret of a webhook. It is made from the key each time: a copy of the database alone signs nothing.
    func webhookSecret(_ id: String) -> String {
        "comitywh_" + Base64.urlEncode(bytes(for: "webhook \(id)"))
    }
}
