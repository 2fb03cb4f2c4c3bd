// SPDX-License-Identifier: Apache-2.0

public import Dossier
public import Exchange
public import Register
public import Standards

/// An act as the database holds it.
public struct StoredAct: Sendable {
    public let id: UUIDv7
    /// Its file.
    public let file: UUIDv7
    public let hash: Hash
    /// The signed act, exactly as made or received.
    public let jws: [UInt8]
    public let outgoing: Bool
    /// Index of its entry in this node's register.
    public let index: Int64
    /// The other State's node will never take it; it stays in this register and changes nothing.
    public let refused: Bool
    /// When it was registered here.
    public let registered: Instant
    /// When the last of the other States' receipts was registered here; nil for incoming acts and while one is missing.
    public let receipted: Instant?
}

/// A row of the list of files.
public struct FileRow: Sendable {
    public let id: UUIDv7
    public let ref: FileReference
    public let type: FileType
    public let side: Side
    /// The other States, in order; one, but for a joint investigation.
    public let counterparts: [StateCode]
    public let title: String
    public let opened: Instant

    /// The first of the other States.
    public var counterpart: StateCode { counterparts[0] }

    public init(id: UUIDv7, ref: FileReference, type: FileType, side: Side, counterparts: [StateCode], title: String, opened: Instant) {
        self.id = id
        self.ref = ref
        self.type = type
        self.side = side
        self.counterparts = counterparts
        self.title = title
        self.opened = opened
    }
}

/// A request that is being written here.
public struct DraftRow: Sendable {
    /// A rule that is set aside when the draft is sent, and who answers for that.
    public struct Override: Sendable, Codable, Equatable {
        public let rule: String
        public let reason: String
        public let officer: String
        public let role: String
        public let at: Instant

        public init(rule: String, reason: String, officer: String, role: String, at: Instant) {
            self.rule = rule
            self.reason = reason
            self.officer = officer
            self.role = role
            self.at = at
        }
    }

    public enum Stage: String, Sendable {
        /// With its author.
        case draft
        /// With the reviewer.
        case review
    }

    public let ref: FileReference
    public let type: FileType
    public let recipients: [StateCode]
    public let officer: String
    public let role: String
    public let created: Instant
    /// The draft as JSON.
    public let content: JSONValue
    public let approval: Act.Approval?
    public let stage: Stage
    /// Why the reviewer returned it.
    public let comment: String?
    public let overrides: [Override]
    /// Counts the contents it has had, from 1.
    public let version: Int
    /// Who gave it the content it has, and when; nil while it is the first one.
    public let saved: Saved?
    /// Everybody who wrote in it besides its author.
    public let writers: [String]
    /// What a form keeps beside the content; nil for a draft that came as a whole.
    public let form: JSONValue?

    /// Who saved a draft, and when.
    public struct Saved: Sendable {
        public let officer: String
        public let at: Instant

        public init(officer: String, at: Instant) {
            self.officer = officer
            self.at = at
        }
    }

    public init(
        ref: FileReference, type: FileType, recipients: [StateCode], officer: String, role: String, created: Instant, content: JSONValue,
        approval: Act.Approval?, stage: Stage = .draft, comment: String? = nil, overrides: [Override] = [], version: Int = 1,
        saved: Saved? = nil,
        writers: [String] = [], form: JSONValue? = nil
    ) {
        self.overrides = overrides
        self.ref = ref
        self.type = type
        self.recipients = recipients
        self.officer = officer
        self.role = role
        self.created = created
        self.content = content
        self.approval = approval
        self.stage = stage
        self.comment = comment
        self.version = version
        self.saved = saved
        self.writers = writers
        self.form = form
    }
}

/// A step that waits for the approval of a second person.
public struct PendingRow: Sendable {
    public let file: UUIDv7
    public let kind: ActKind
    public let officer: String
    public let role: String
    public let created: Instant
    public let body: JSONValue

    public init(file: UUIDv7, kind: ActKind, officer: String, role: String, created: Instant, body: JSONValue) {
        self.file = file
        self.kind = kind
        self.officer = officer
        self.role = role
        self.created = created
        self.body = body
    }
}

/// A sealed package, made here or announced by a peer.
public struct PackageRow: Sendable {
    public enum Stage: String, Sendable, Codable {
        /// Sealed here, not supplied yet.
        case sealed
        /// Announced to or by the other State; parts may be missing.
        case supplied
        /// All bytes are here and hash as announced.
        case complete
        /// Verified and receipted by the requesting State.
        case received
    }

    public let digest: String
    public let file: UUIDv7
    public let name: String
    public let size: Int64
    public let exhibits: Int
    public let outgoing: Bool
    public let stage: Stage
    public let conditions: [String]

    public init(digest: String, file: UUIDv7, name: String, size: Int64, exhibits: Int, outgoing: Bool, stage: Stage, conditions: [String])
    {
        self.digest = digest
        self.file = file
        self.name = name
        self.size = size
        self.exhibits = exhibits
        self.outgoing = outgoing
        self.stage = stage
        self.conditions = conditions
    }
}

/// Something owed to a peer.
public struct OutboxRow: Sendable {
    public enum Kind: String, Sendable { case act, package }
    public enum Stage: String, Sendable { case waiting, delivered, refused }

    public let id: Int64
    public let peer: StateCode
    public let kind: Kind
    /// Id of the act, or SHA-256 of the package.
    public let ref: String
    public let attempts: Int
    /// When to try next, milliseconds since 1970.
    public let next: Int64
    public let stage: Stage
    /// Why the last attempt failed.
    public let code: String?
    public let says: String?
    /// The file it belongs to; nil when its act or package is not there.
    public let file: UUIDv7?
    /// The file is an emergency.
    public let isEmergency: Bool

    /// What the order of delivery depends on.
    public var owed: OwedDelivery {
        OwedDelivery(id: id, kind: kind == .act ? .act : .package, file: file, isEmergency: isEmergency, next: next)
    }
}

/// A message that was not believed.
public struct QuarantineRow: Sendable {
    public let id: Int64
    public let code: String
    public let says: String
    /// Who delivered it, by the TLS certificate.
    public let peer: String
    public let at: Instant
    public let sha256: String
    public let size: Int
}

/// A local event: what an officer or the node did that is not an act. Its bytes are hashed into the register.
public struct RegisterEvent: Sendable, Codable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case drafted, approved
        /// A draft got another content, was handed to the reviewer, or came back from there.
        case revised, submitted
        /// A rule was set aside for a draft, or that was taken back.
        case overridden
        case returnedToAuthor = "returned-to-author"
        /// An officer sent an approved request.
        case sent
        /// The other State's receipt was verified.
        case receipted
        case sealed, verified, opened
        /// All bytes of a package are here and hash as announced.
        case arrived
        /// A service said when the statement of a package existed.
        case timeStamped = "time-stamped"
        /// An officer looked at an exhibit, or took it out.
        case previewed, downloaded
        /// An officer says what happened with exhibits outside the node.
        case custodyNoted = "custody-noted"
        /// A package was written out for a court, with its chain of custody.
        case courtBundleMade = "court-bundle-made"
        /// The whole register was recomputed.
        case audited
        case quarantined
        /// An officer let a message in after all, or reported it.
        case quarantineReleased = "quarantine-released"
        case quarantineReported = "quarantine-reported"
        case peerAdded = "peer-added"
        case peerConfirmed = "peer-confirmed"
        case peerRevoked = "peer-revoked"
        case clockSet = "clock-set"
        /// An officer prepared a step that a second person must approve, or took it back.
        case prepared
        case discarded
        /// A threshold of a clock was passed; once for each, ever.
        case reminded
        /// An officer came in, was turned away, or left.
        case signedIn = "signed-in"
        case signInFailed = "sign-in-failed"
        case signedOut = "signed-out"
        /// An account was made, changed, enrolled, disabled.
        case accountChanged = "account-changed"
        /// The facts about the node's own authority were changed.
        case nodeChanged = "node-changed"
        /// An officer says that a backup was made, and where it lies.
        case backupNoted = "backup-noted"
        /// This program wrote a backup, or restored one into a scratch folder to try it.
        case backupMade = "backup-made"
        case backupDrilled = "backup-drilled"
        /// An officer opened the content of a file; once an hour.
        case viewed
        /// An officer prepared the removal of a file's content under a rule, or gave that up.
        case removalPrepared = "removal-prepared"
        case removalDiscarded = "removal-discarded"
        /// Content of a file was removed under a rule; the entries stay.
        case contentRemoved = "content-removed"
        /// Nothing is removed from a file until that is lifted.
        case legalHoldSet = "legal-hold-set"
        case legalHoldLifted = "legal-hold-lifted"
        /// An officer let a held register go on.
        case registerResumed = "register-resumed"
        /// An officer without access to content opened a file all the same, and said why.
        case brokeGlass = "broke-glass"
        /// A file or draft was given to an officer, or to nobody.
        case assigned
        /// An officer wrote something down about a file that is no act: a step of the incoming check, a note.
        case noted
        /// A webhook was made, removed, or taken into use again; or the node stopped sending to it.
        case webhookChanged = "webhook-changed"
        /// Somebody was put on the roster, or taken off it.
        case rosterChanged = "roster-changed"
        /// An officer took the duty without a handover.
        case dutyTaken = "duty-taken"
        /// A shift ended with a text that two officers signed, and the next one began.
        case handedOver = "handed-over"
        /// What is owed to a peer was written for a courier, or a courier brought what a peer owed.
        case bundleExported = "bundle-exported"
        case bundleImported = "bundle-imported"
        /// Somebody telephoned.
        case called
        /// A register signed what cannot both be true.
        case splitView = "split-view"
        /// A State was made a witness of this register again, or taken off.
        case witnessChanged = "witness-changed"
        /// A change of this node's entry was proposed, agreed to, given up, or published.
        case directoryProposed = "directory-proposed"
        case directoryApproved = "directory-approved"
        case directoryDiscarded = "directory-discarded"
        case directoryPublished = "directory-published"
        /// A publisher of lists was entered, its fingerprint compared, or one of its lists imported.
        case secretariatAdded = "secretariat-added"
        case secretariatConfirmed = "secretariat-confirmed"
        case listImported = "list-imported"
        /// A test call went out, came in, or was answered.
        case ringSent = "ring-sent"
        case ringReceived = "ring-received"
        case ringAnswered = "ring-answered"
        /// A key of this node got a successor.
        case keyRotated = "key-rotated"
        /// This node says that one of its own keys is doubtful; a peer says it of one of its own, or of another State's.
        case keyDoubtful = "key-doubtful"
        case keyWarned = "key-warned"
        /// A register that had lost entries was continued with what peers hold.
        case registerRecovered = "register-recovered"
        /// An officer kept a record of the treaty: a fact, or a correction of one.
        case treatyRecorded = "treaty-recorded"
        case meetingChanged = "meeting-changed"
    }

    public let v: Int
    public let id: UUIDv7
    public let event: Kind
    public let file: UUIDv7?
    public let at: Instant
    /// Pseudonym of the officer, or `node` for what the node does by itself.
    public let by: String
    /// What is particular to the kind.
    public let detail: [String: JSONValue]

    private enum CodingKeys: String, CodingKey { case v, id, event, file, at, by, detail }

    /// What goes into the register: written and hashed when the event is made, and not while others wait for the disk.
    struct Written: Sendable {
        let bytes: [UInt8]
        let entry: PendingEntry

        init(id: UUIDv7, bytes: [UInt8]) {
            self.bytes = bytes
            entry = PendingEntry(Hash.of(bytes), kind: .event, ref: id.description)
        }
    }

    /// Nil in an event that was read.
    let written: Written?

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        v = try values.decode(Int.self, forKey: .v)
        id = try values.decode(UUIDv7.self, forKey: .id)
        event = try values.decode(Kind.self, forKey: .event)
        file = try values.decodeIfPresent(UUIDv7.self, forKey: .file)
        at = try values.decode(Instant.self, forKey: .at)
        by = try values.decode(String.self, forKey: .by)
        detail = try values.decode([String: JSONValue].self, forKey: .detail)
        written = nil
    }

    public init(id: UUIDv7, event: Kind, file: UUIDv7?, at: Instant, by: String, detail: [String: JSONValue]) {
        v = 1
        self.id = id
        self.event = event
        self.file = file
        self.at = at
        self.by = by
        self.detail = detail
        var members: [String: JSONValue] = [
            "v": .integer(1), "id": .string(id.description), "event": .string(event.rawValue), "at": .string(at.description),
            "by": .string(by), "detail": .object(detail),
        ]
        if let file { members["file"] = .string(file.description) }
        written = Written(id: id, bytes: JSONValue.object(members).text)
    }
}
