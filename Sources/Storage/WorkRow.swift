// SPDX-License-Identifier: Apache-2.0

public import Dossier
public import Standards

/// A row of the worklist: what lists show of a file or of an open draft.
///
/// A function of the acts, of what is registered beside them, and of the stretch of time `since ..< until` in which the moment
/// lies: it is computed in the transaction of whatever changes it, and again when that stretch is over.
public struct WorkRow: Sendable, Equatable {
    /// What a row is of.
    public enum Key: Sendable, Hashable {
        case file(UUIDv7)
        case draft(FileReference)
    }

    /// Whose step is next.
    public enum Whose: String, Sendable { case us, them, nobody }

    public let ref: FileReference
    /// Nil for a draft.
    public let file: UUIDv7?
    public let type: FileType
    public let side: Side
    public let counterparts: [StateCode]
    public let title: String
    public let state: FileState
    /// The next step; an act kind, or one of the words of `NextStep`.
    public let step: String
    public let whose: Whose
    /// Where the file stands among those that press, smallest first: when its time is over, in milliseconds since 1970, or a
    /// number beyond every time.
    public let press: Int64
    /// The clock that presses first.
    public let clock: Clock?
    /// When preserved data would be let go, while that clock runs; milliseconds since 1970.
    public let lapses: Int64?
    /// When the next reminder is due that was not given; milliseconds since 1970.
    public let remind: Int64?
    /// The row holds from this moment on, milliseconds since 1970; time alone changes nothing until `until`.
    public let since: Int64
    public let until: Int64
    public let opened: Instant
    /// When its last act was registered here, or the draft was last worked on.
    public let changed: Instant
    /// Things that the other side asked or sent and this side has not answered.
    public let unanswered: Int
    /// 0 normal, 1 urgent, 2 emergency.
    public let urgency: Int
    /// The urgency of an emergency.
    public static let emergency = 2
    /// The officer who has it in hand.
    public let assigned: String?
    /// The officer who wrote the request, when it was made here.
    public let author: String?
    /// A prepared step that waits for a second person.
    public let pending: ActKind?
    /// The lists that the row is in whatever the time, as bits; the room Node says what each means.
    public let views: Int
    /// Kept from whom it does not concern. Reserved: no row is withheld yet.
    public let withheld: Bool
    /// When what is kept under a preservation ends, milliseconds since 1970; the largest number for everything else.
    public let ends: Int64

    public init(
        ref: FileReference, file: UUIDv7?, type: FileType, side: Side, counterparts: [StateCode], title: String, state: FileState,
        step: String, whose: Whose, press: Int64, clock: Clock?, lapses: Int64?, remind: Int64?, since: Int64, until: Int64,
        opened: Instant, changed: Instant, unanswered: Int, urgency: Int, assigned: String?, author: String?, pending: ActKind?,
        views: Int, withheld: Bool = false, ends: Int64 = .max
    ) {
        self.ref = ref
        self.file = file
        self.type = type
        self.side = side
        self.counterparts = counterparts
        self.title = title
        self.state = state
        self.step = step
        self.whose = whose
        self.press = press
        self.clock = clock
        self.lapses = lapses
        self.remind = remind
        self.since = since
        self.until = until
        self.opened = opened
        self.changed = changed
        self.unanswered = unanswered
        self.urgency = urgency
        self.assigned = assigned
        self.author = author
        self.pending = pending
        self.views = views
        self.withheld = withheld
        self.ends = ends
    }

    public var key: Key { file.map(Key.file) ?? .draft(ref) }
}

/// What to list of the worklist. Everything named must hold.
public struct WorkQuery: Sendable, Equatable {
    public enum Sort: String, Sendable, Codable, CaseIterable {
        /// The most pressing first.
        case due
        /// The last changed first.
        case changed
        case reference
        /// What is kept, by when it ends; for one type.
        case ends
    }

    /// A place in the list: the sort key and the reference of a row, and on which side of it to read.
    public struct Place: Sendable, Equatable {
        public let key: Int64
        public let ref: String
        /// Rows before it, the nearest last; otherwise those after it.
        public let isBefore: Bool

        public init(key: Int64, ref: String, isBefore: Bool) {
            self.key = key
            self.ref = ref
            self.isBefore = isBefore
        }
    }

    public var sort = Sort.due
    /// Bits of which a row must have at least one; 0 asks for none.
    public var anyOf = 0
    /// Bits that a row must not have.
    public var noneOf = 0
    /// The pressing clock ends in this stretch, milliseconds since 1970.
    public var due: ClosedRange<Int64>?
    public var lapses: ClosedRange<Int64>?
    /// The officer who has it in hand or wrote it.
    public var officer: String?
    public var assigned: String?
    public var type: FileType?
    public var counterpart: StateCode?
    public var side: Side?
    public var state: FileState?
    /// States of which a row must be in one; empty asks for none.
    public var states: Set<FileState> = []
    /// States that a row must not be in.
    public var noneOfStates: Set<FileState> = []
    /// Words of the title or the reference, in any order; the letters may lack their accents, the words their ends.
    public var text: String?
    /// The text is looked for in references, not in titles.
    public var onlyReferences = false
    public var place: Place?
    public var limit = 100

    public init() {}
}
