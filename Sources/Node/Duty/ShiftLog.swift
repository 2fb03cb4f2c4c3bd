// SPDX-License-Identifier: Apache-2.0

public import Dossier
public import Standards

/// What the register says about a shift: counts of everything, and the newest lines.
public struct ShiftLog: Sendable {
    /// Since the shift began, or for the last eight hours when nobody has the duty.
    public let since: Instant
    public let isShift: Bool
    public let actsIn: Int
    public let actsOut: Int
    /// Acts and approvals of this node that decided something.
    public let decisions: Int
    public let calls: Int
    public let quarantined: Int
    /// Requests that a person here acknowledged, and the median of the time from the request, milliseconds.
    public let acknowledged: Int
    public let acknowledgedAfter: Int64?
    /// The newest first, at most `mostLines`.
    public let lines: [Line]
    /// There are more lines than are here.
    public let isMore: Bool

    public static let mostLines = 400
    /// How far it looks back while nobody has the duty, milliseconds.
    static let lookback: Int64 = 8 * 3_600_000

    public struct Line: Sendable, Equatable {
        public enum What: Sendable, Equatable {
            case act(ActKind, FileType, from: StateCode, outgoing: Bool)
            /// The code says why it was not believed.
            case quarantined(code: String, by: String)
            case approved
            case overridden(rule: String)
            case called(person: String)
            /// A level of an escalation was reached; the role to tell.
            case escalated(level: Int, tell: String)
            case dutyTaken
            case handedOver(from: String)
            case peer(StateCode, change: PeerChange)
        }

        public enum PeerChange: String, Sendable { case added, facts, confirmed, revoked }

        public let at: Instant
        public let what: What
        public let ref: FileReference?
        /// The officer, or `node`.
        public let by: String
    }

    /// Kinds of acts by which a State decides.
    static let deciding: Set<ActKind> = [
        .accept, .refuse, .partlyRefuse, .postpone, .resume, .offerConditions, .acceptConditions, .decline, .grant, .downgrade, .extend,
        .screen, .certify, .transfer, .prosecuteInstead, .surrender, .consent, .release,
    ]
}
