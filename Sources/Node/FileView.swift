// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
public import Law
public import Standards

/// A file as people and programs see it: `comity file show --json`, `docs/formats/file-view.md`.
public struct FileView: Sendable, Codable {
    public struct ActLine: Sendable, Codable {
        public let id: UUIDv7
        public let kind: ActKind
        public let from: StateCode
        public let officer: String
        public let at: Instant
        /// SHA-256 of the signed payload; equal on both nodes.
        public let hash: String
        /// Registered in this node's register.
        public let registered: Bool
        /// Index of its entry there.
        public let index: Int64
        /// This node made it and the other State's receipt is registered; true for incoming acts, which this node receipted.
        public let receipted: Bool
        public let effect: Dossier.Entry.Effect
        /// Why it has not been delivered yet, or why the other State refused it.
        public let delivery: String?
        public let body: JSONValue
    }

    public struct LinkLine: Sendable, Codable {
        /// `follows` or `followed-by`.
        public let relation: String
        public let ref: FileReference
        /// False for an orphan: a link to a file that is not here.
        public let known: Bool
    }

    public struct PackageLine: Sendable, Codable {
        public let name: String
        public let size: Int64
        public let digest: String
        public let exhibits: Int
        /// `sealed`, `supplied`, `complete` or `received`.
        public let stage: String
        public let partsHere: Int
        public let partsAll: Int
        public let conditions: [String]
    }

    public let ref: FileReference
    public let id: UUIDv7?
    public let type: FileType
    public let article: String
    public let title: String
    public let state: FileState
    public let side: Side
    public let counterpart: StateCode
    public let exercise: Bool
    public let acts: [ActLine]
    public let clocks: [Clock]
    public let links: [LinkLine]
    public let packages: [PackageLine]
    /// Every step of the type: possible for this side now or not, and why not; no officer's role counts.
    public let steps: [StepLine]
    /// What this side can do now, as a command.
    public let next: [String]
    /// What the file asks for.
    public let content: JSONValue
    /// A step that an officer prepared and a second person has not approved yet.
    public struct PendingLine: Sendable, Codable {
        public let kind: ActKind
        public let officer: String
        public let created: Instant
    }

    /// A rule that the sender set aside.
    public struct OverrideLine: Sendable, Codable, Equatable {
        public let rule: String
        public let reason: String
        /// The officer, by pseudonym.
        public let by: String?
    }

    /// Rules that the request sets aside, as it says itself.
    public let overrides: [OverrideLine]
    /// What the rules say about the request; on the requested side the receiver's own judgement.
    public let findings: [Finding]
    public let pending: PendingLine?
    /// Why the reviewer gave the draft back; nil for a draft that nobody returned, and once it is sent.
    public let comment: String?
    /// How the file came out: `running` until something decided it.
    public let outcome: String
    /// What was written in the file is left out: its reader sees references, states and clocks.
    public let contentWithheld: Bool
}

/// A step of a file: `comity file next --json`.
public struct StepLine: Sendable, Codable {
    public let kind: ActKind
    public let side: Side
    /// It belongs to this node's side.
    public let ours: Bool
    public let possible: Bool
    /// A second person must approve it.
    public let fourEyes: Bool
    public let roles: [String]
    /// What a refusal or a postponement of this request may rest on; nil for every other step.
    public let grounds: [GroundLine]?
    /// Why it is not possible now.
    public let why: String?
    public let next: String?
}

/// A row of the queue.
public struct QueueItem: Sendable, Codable {
    public let ref: FileReference
    public let type: FileType
    public let title: String
    public let side: Side
    /// The first of the other States.
    public let counterpart: StateCode
    /// All of them; several in a joint investigation.
    public let counterparts: [StateCode]
    public let state: FileState
    /// The clock that presses first.
    public let clock: Clock?
    /// The next step and whose it is: a code of `NextStep`.
    public let next: NextStep
    public let opened: Instant
    /// When its last act was registered here, or the draft was last worked on.
    public let changed: Instant
    public let urgency: Urgency
    /// The officer who has it in hand.
    public let assigned: String?
    /// The officer who wrote the request, when it was made here.
    public let author: String?
    /// A prepared step that waits for a second person.
    public let pending: ActKind?
    /// Things that the other side asked or sent and this side has not answered.
    public let unanswered: Int

    public enum Urgency: String, Sendable, Codable { case normal, urgent, emergency }
}

/// The next step of a file and whose it is.
public struct NextStep: Sendable, Codable, Equatable {
    public enum Whose: String, Sendable, Codable { case us, them, nobody }

    /// An act kind, or `approve`, `send`, `deliver`, `follow-up`, `none`.
    public let step: String
    public let whose: Whose
}

extension FileView {
    /// The same without what people wrote: for a reader who may see that a file is in order, not what it is about.
    var withoutContent: FileView {
        FileView(
            ref: ref, id: id, type: type, article: article, title: "", state: state, side: side, counterpart: counterpart,
            exercise: exercise,
            acts: acts.map {
                ActLine(
                    id: $0.id, kind: $0.kind, from: $0.from, officer: $0.officer, at: $0.at, hash: $0.hash, registered: $0.registered,
                    index: $0.index, receipted: $0.receipted, effect: $0.effect, delivery: $0.delivery, body: .object([:]))
            }, clocks: clocks, links: links,
            packages: packages.map {
                PackageLine(
                    name: $0.name, size: $0.size, digest: $0.digest, exhibits: $0.exhibits, stage: $0.stage, partsHere: $0.partsHere,
                    partsAll: $0.partsAll, conditions: [])
            }, steps: steps, next: [], content: .object([:]), overrides: [], findings: [], pending: pending, comment: nil,
            outcome: outcome, contentWithheld: true)
    }
}

extension QueueItem {
    /// The same without its title.
    var withoutContent: QueueItem {
        QueueItem(
            ref: ref, type: type, title: "", side: side, counterpart: counterpart, counterparts: counterparts, state: state, clock: clock,
            next: next, opened: opened, changed: changed, urgency: urgency, assigned: assigned, author: author, pending: pending,
            unanswered: unanswered)
    }
}
