// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Where a single asset stands.
public enum AssetState: String, Sendable, Codable, CaseIterable {
    case suspected, traced
    case stopRequested = "stop-requested"
    case stopped, frozen, confiscated, realised, returned, lifted
}

/// What the fold knows of a file after some acts: the state, and what later steps depend on. Computed from acts alone.
///
/// `applying` is the one place where an act changes a file.
public struct Course: Sendable, Equatable {
    /// An act as the rules see it; without a body when only the possibility of a step is asked.
    struct Move {
        let kind: ActKind
        let side: Side
        let party: Party
        let at: Instant
        let id: UUIDv7?
        let body: JSONValue?
    }

    public internal(set) var state: FileState = .draft
    /// All parties; the first opened the file.
    public internal(set) var parties: [Party] = []
    /// The state to which an answer or the end of a postponement leads back.
    public internal(set) var back: FileState?
    public internal(set) var askedBy: Side?
    /// When the open question, the conditions or the postponement are looked at again.
    public internal(set) var reviewBy: Instant?
    /// A consultation is recorded.
    public internal(set) var consulted = false
    /// Sides that asked for the views of the other and have no answer yet: by `consult`, or by announcing that a measure is lifted.
    public internal(set) var consulting: Set<Side> = []
    /// The side that waits for these views before it goes on; nil once they are there or the file went on without them.
    public internal(set) var awaitsViews: Side?
    /// Rules of the course that an act set aside, by the side that did so. What a request sets aside is about its contents only:
    /// no foreign sender waives a step by writing so into a request.
    public internal(set) var overrides: [Side: Set<String>] = [:]
    /// The request names a sensitive ground, and nobody has decided it yet.
    public internal(set) var screenOpen = false
    public internal(set) var screen: ActBody.Screen.Decision?
    public internal(set) var conditions: [String] = []
    public internal(set) var conditionsAccepted = false
    /// Ids of the grounds of the last refusal or postponement.
    public internal(set) var grounds: [String] = []
    public internal(set) var partial = false
    /// Outcome that a closing recorded.
    public internal(set) var closedAs: Outcome?
    /// The end that the requesting State asks for.
    public internal(set) var extensionAsked: Instant?
    /// The end that holds, when it was moved.
    public internal(set) var end: Instant?
    /// The act that moved it, where all parties had to sign it.
    var endAct: UUIDv7?
    /// Later ends that wait for signatures, by the act that proposes each.
    var extensions: [UUIDv7: Instant] = [:]
    /// Packages and other deliveries that the other side has not received yet, by hash or act id.
    public internal(set) var outstanding: [String: Side] = [:]
    public internal(set) var proposedBy: Side?
    public internal(set) var signatures: Set<Party> = []
    /// Open amendments, each with the parties that signed it.
    public internal(set) var amendments: [UUIDv7: Set<Party>] = [:]
    /// Steps that each party takes once.
    public internal(set) var taken: [ActKind: Set<Party>] = [:]
    public internal(set) var calledBack = false
    public internal(set) var retroactiveProcess: FileReference?
    public internal(set) var consentSought = false
    public internal(set) var personConsents = false
    public internal(set) var assets: [String: AssetState] = [:]
    public internal(set) var liftAnnounced: Set<String> = []
    /// The path of a communication as far as it was disclosed.
    public internal(set) var hops: [ActBody.Hop] = []
    /// The request that turned intelligence into evidence.
    public internal(set) var convertedBy: FileReference?
    /// Authority of the requested State that holds the file after a transfer.
    public internal(set) var transferredTo: String?
    /// The request that the preservation is held for.
    public internal(set) var heldFor: UUIDv7?
    /// When the file was decided: refused, executed, answered in full, withdrawn or closed.
    public internal(set) var decided: Instant?

    let type: FileType
    /// Conditions stand in the offer itself.
    let offerConditions: Bool

    init(opening request: ActBody.Request, parties: [Party]) {
        type = request.type
        self.parties = parties
        let content = request.content
        offerConditions = !(content["offer"]?["conditions"]?.isEmpty ?? true)
        let sensitive = ["political", "discrimination", "press", "death_penalty_or_torture"]
        screenOpen = sensitive.contains { content["screen"]?[$0]?.bool == true }
        for item in content["assets"]?.array ?? [] {
            guard let id = item["id"]?.string else { continue }
            assets[id] = item["status"]?.string.flatMap { AssetState(rawValue: $0.replacingUnderscores) } ?? Self.first(type)
        }
    }

    static func first(_ type: FileType) -> AssetState { type == .returnOfAssets ? .confiscated : .suspected }

    /// How the file came out, as far as acts say.
    public var outcome: Outcome {
        if let closedAs { return closedAs }
        switch state {
        case .refused: return .refused
        case .withdrawn: return .withdrawn
        case .lapsed: return .lapsed
        case .notExecutable: return .notExecutable
        case .nothingFound: return .noneFound
        case .partlyRefused, .partlyExecuted: return .partial
        case .transferred: return .transferred
        case .postponed: return .postponed
        case .received, .executed, .surrendered, .evaluated, .feedbackGiven:
            return partial ? .partial : !conditions.isEmpty && conditionsAccepted ? .conditions : .full
        default: return .running
        }
    }

    /// The state after the act, or nil when it may not be taken here.
    func applying(_ move: Move, _ step: LifeCycle.Transition) -> Course? {
        guard step.requires.allSatisfy({ objection($0, move) == nil }) else { return nil }
        var next = self
        next.record(move)
        next.enter(step, move)
        return next
    }

    /// The same in place, for the fold.
    /// - Returns: false when the act may not be taken here; then nothing changed.
    mutating func apply(_ move: Move, _ step: LifeCycle.Transition) -> Bool {
        guard step.requires.allSatisfy({ objection($0, move) == nil }) else { return false }
        let before = state
        record(move)
        enter(step, move)
        if decided == nil, decides(move, from: before) { decided = move.at }
        return true
    }

    /// Whether nothing is owed on the request after the act. One package of several is no answer: only the one that says it is the
    /// last, or the statement how the execution came out, or an end of the file.
    private func decides(_ move: Move, from before: FileState) -> Bool {
        switch move.kind {
        case .supply: move.body?["last"]?.bool ?? false
        case .complete: true
        default: state != before && Self.deciding.contains(state)
        }
    }

    private static let deciding: Set<FileState> = [
        .refused, .returned, .withdrawn, .closed, .notExecutable, .lapsed, .surrendered, .prosecutedInstead, .downgraded, .declined,
    ]

    private mutating func enter(_ step: LifeCycle.Transition, _ move: Move) {
        let before = state
        defer { if state != before, move.kind != .consult { awaitsViews = nil } }
        switch step.to {
        case .same: break
        case .state(let next):
            if (next == .clarification || next == .postponed) && state != next {
                back = state == .acknowledged && type.lifeCycle.hasTriage ? .triage : state
            }
            state = next
        case .resume:
            // Who answers a consultation while its own question is open leaves the question open.
            if move.kind == .answer, askedBy == move.side { break }
            state = back ?? .acknowledged
            back = nil
            askedBy = nil
            reviewBy = nil
        case .outcome(let states):
            state = outcomeState(move, states)
        case .complete(let open, let complete):
            if open == .amending {
                state = amendments.isEmpty ? complete : open
            } else if open == .returned {
                state = outstanding.isEmpty ? complete : open
            } else {
                state = signatures.count == parties.count ? complete : open
            }
        }
    }

    private func outcomeState(_ move: Move, _ states: [FileState]) -> FileState {
        guard states.count > 1 else { return states.first ?? state }
        let wanted: FileState
        switch move.kind {
        case .preserve: wanted = move.body?["outcome"]?.string == "none-found" ? .nothingFound : .preserved
        case .grant: wanted = move.body?["conditions"]?.isEmpty ?? true ? .granted : .acceptedWithConditions
        default:
            switch move.body?["outcome"]?.string {
            case "partial": wanted = .partlyExecuted
            case "not-executable": wanted = .notExecutable
            default: wanted = .executed
            }
        }
        return states.contains(wanted) ? wanted : states[0]
    }

    func time(_ move: Move, _ name: String) -> Instant? { move.body?[name]?.string.flatMap { try? Instant($0) } }

    static func texts(_ value: JSONValue?) -> [String] { value?.array?.compactMap(\.string) ?? [] }
}

extension String {
    /// Names in requests are written with underscores, codes with hyphens.
    fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? "-" : $0 }) }
}
