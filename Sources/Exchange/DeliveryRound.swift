// SPDX-License-Identifier: Apache-2.0

public import Standards

/// What a node owes to one peer, as far as its order depends on it.
public struct OwedDelivery: Sendable, Equatable {
    public enum Kind: Sendable { case act, package }

    /// Grows in the order in which things came to be owed.
    public let id: Int64
    public let kind: Kind
    /// The file it belongs to; nil when that is not known.
    public let file: UUIDv7?
    /// The file is an emergency (`ActBody.Request.isEmergency`).
    public let isEmergency: Bool
    /// When to try next, milliseconds since 1970.
    public let next: Int64

    public init(id: Int64, kind: Kind, file: UUIDv7?, isEmergency: Bool, next: Int64) {
        self.id = id
        self.kind = kind
        self.file = file
        self.isEmergency = isEmergency
        self.next = next
    }

    /// Whether it is tried at this time, milliseconds since 1970. Nothing waits longer than the longest pause: a time further away was
    /// written by a clock that has been set back since.
    public func isDue(at now: Int64) -> Bool { next <= now || next - now > RetrySchedule.pause(after: .max, spread: 1) }
}

/// One round of deliveries to one peer: what is tried, and in which order. Pure: the caller sends, and says what came of it.
///
/// Acts go before packages, and emergencies before everything else of their kind, also those that came to be owed while the round was
/// under way. What belongs to one file keeps its order: while one of them is under way, or has to wait, the rest of its file is held back,
/// and other files go on. So several may be under way at once.
public struct DeliveryRound: Sendable {
    /// What came of one try.
    public enum Outcome: Sendable, Equatable {
        /// The peer has it, or will never take it: what follows may go.
        case settled
        /// It has to wait, and its file with it: it failed, or another process is at it.
        case waits
    }

    /// Taken from the front.
    private struct Queue {
        var rows: [OwedDelivery] = []
        var place = 0

        var isEmpty: Bool { place == rows.count }

        mutating func pop() -> OwedDelivery? {
            guard place < rows.count else { return nil }
            place += 1
            return rows[place - 1]
        }
    }

    /// Emergencies, other acts, packages of emergencies, other packages; each in its order.
    private var lanes = [Queue](repeating: Queue(), count: 4)
    /// The next of a file whose last one was settled, by lane: before the rest of the lane.
    private var freed = [Queue](repeating: Queue(), count: 4)
    /// What was met while another one of its file was under way, by lane.
    private var parked: [UUIDv7: [Queue]] = [:]
    private var underWay: Set<UUIDv7> = []
    private var held: Set<UUIDv7> = []
    private let kinds: Set<OwedDelivery.Kind>

    /// - Parameters:
    ///   - owed: all that waits for this peer, in any order.
    ///   - kinds: what is tried; the rest only holds its files.
    public init(_ owed: [OwedDelivery], kinds: Set<OwedDelivery.Kind> = [.act, .package]) {
        self.kinds = kinds
        add(owed)
    }

    /// What has come to be owed since the round began.
    public mutating func add(_ owed: [OwedDelivery]) {
        for one in owed.sorted(by: { $0.id < $1.id }) {
            guard kinds.contains(one.kind) else {
                // Its act is not there yet, so a package is not brought either.
                if one.kind == .act, let file = one.file { held.insert(file) }
                continue
            }
            lanes[(one.kind == .act ? 0 : 2) + (one.isEmergency ? 0 : 1)].rows.append(one)
        }
    }

    /// What is tried next; nil when there is nothing now. With nothing under way that ends the round, unless more is added.
    /// Each one must be settled.
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - impatient: also what is waiting for its next try.
    public mutating func next(now: Int64, impatient: Bool = false) -> OwedDelivery? {
        for lane in lanes.indices {
            while let one = freed[lane].pop() ?? lanes[lane].pop() {
                guard let file = one.file else {
                    if impatient || one.isDue(at: now) { return one }
                    continue
                }
                if held.contains(file) { continue }
                if underWay.contains(file) {
                    parked[file, default: [Queue](repeating: Queue(), count: lanes.count)][lane].rows.append(one)
                } else if impatient || one.isDue(at: now) {
                    underWay.insert(file)
                    return one
                } else {
                    settle(one, .waits)
                }
            }
        }
        return nil
    }

    public mutating func settle(_ one: OwedDelivery, _ outcome: Outcome) {
        guard let file = one.file else { return }
        underWay.remove(file)
        if outcome == .waits {
            held.insert(file)
            parked[file] = nil
        } else if var queues = parked[file] {
            guard let lane = queues.firstIndex(where: { !$0.isEmpty }), let next = queues[lane].pop() else {
                parked[file] = nil
                return
            }
            freed[lane].rows.append(next)
            parked[file] = queues
        }
    }
}

/// What follows from a delivery that failed.
public enum DeliveryFailure: Sendable, Equatable {
    /// The peer will never take it. It is not sent again and is shown with the peer's reason.
    case refused
    /// It is tried again at this time, milliseconds since 1970.
    case again(at: Int64)

    /// - Parameters:
    ///   - code: the peer's answer, or what was found on the way.
    ///   - followsRefused: the peer has refused, for good, an act that this one follows. It will always miss that predecessor.
    ///   - attempts: failed ones before this one.
    ///   - now: milliseconds since 1970.
    ///   - spread: 0 up to, not including, 1; drawn by the caller.
    public init(
        _ code: ErrorCode, of kind: OwedDelivery.Kind, followsRefused: Bool = false, attempts: Int, now: Int64, spread: Double
    ) {
        if kind == .act, Self.isFinal(code) || (followsRefused && code == .predecessorMissing) {
            self = .refused
        } else {
            self = .again(at: now + RetrySchedule.pause(after: attempts + 1, spread: spread))
        }
    }

    /// The peer did not answer at all, or takes no more calls for now: the rest would wait in vain, and the round ends.
    public static func endsRound(_ code: ErrorCode) -> Bool { code == .peerUnreachable || code == .throttled }

    /// What the peer will never believe: the same bytes would be refused again.
    public static func isFinal(_ code: ErrorCode) -> Bool {
        switch code {
        case .cannotDecrypt, .schema, .badSignature, .keyOfAnotherState, .wrongRecipient, .replay, .exerciseMismatch,
            .transitionNotAllowed, .refusedByRule, .tooLarge, .timeWithoutZone, .revokedKey, .contentRemoved:
            true
        default: false
        }
    }
}
