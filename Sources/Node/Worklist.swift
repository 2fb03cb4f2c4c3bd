// SPDX-License-Identifier: Apache-2.0

import Dossier
import Law
import Standards
import Storage

/// Computes the rows of the worklist: what the acts of a file, and what is registered beside them, come to in a line.
///
/// It runs inside every commit that touches a file, so it reads only from the transaction that it is given.
struct Worklist: Sendable {
    /// Lists that a row is in whatever the time.
    struct Bits: OptionSet {
        let rawValue: Int
        static let emergency = Bits(rawValue: 1)
        static let unacknowledged = Bits(rawValue: 2)
        static let us = Bits(rawValue: 4)
        static let them = Bits(rawValue: 8)
        static let incoming = Bits(rawValue: 16)
        static let outgoing = Bits(rawValue: 32)
        static let draft = Bits(rawValue: 64)
        static let closed = Bits(rawValue: 128)
        /// Data are kept and nobody has asked for them.
        static let unlinked = Bits(rawValue: 256)
    }

    /// Raised when a row gets another meaning, so that rows of an older program are computed anew.
    static let format = 3

    let law: Law
    let calendars: WorkingCalendars
    let party: Party
    let time: NodeTime

    func row(_ key: WorkRow.Key, _ reader: Reader) throws -> WorkRow? { try row(key, reader, now: try time.now(reader)) }

    /// The row at a moment; nil when there is no such file or draft.
    func row(_ key: WorkRow.Key, _ reader: Reader, now: Instant) throws -> WorkRow? {
        switch key {
        case .draft(let ref): try reader.draft(ref).map { try row(of: $0, reader) }
        case .file(let id): try reader.file(id: id).map { try row(of: $0, reader, now) } ?? reader.removedFile(id: id).map(row)
        }
    }

    private func row(of draft: DraftRow, _ reader: Reader) throws -> WorkRow {
        let urgency = Self.urgency(draft.type, draft.content)
        var bits: Bits = [.us, .outgoing, .draft]
        if urgency == WorkRow.emergency { bits.insert(.emergency) }
        return WorkRow(
            ref: draft.ref, file: nil, type: draft.type, side: .requesting, counterparts: draft.recipients,
            title: draft.content["title"]?.string ?? "", state: Node.state(of: draft),
            step: draft.approval != nil ? "send" : draft.stage == .review ? "approve" : "submit", whose: .us,
            press: Self.press(nil, .us), clock: nil, lapses: nil, remind: nil, since: .min, until: .max, opened: draft.created,
            changed: try reader.changed(draft), unanswered: 0, urgency: urgency, assigned: try reader.assigned(draft.ref),
            author: draft.officer, pending: nil, views: bits.rawValue)
    }

    /// A file whose content was removed stays in the lists and says so; nothing is next, and time changes nothing.
    private func row(of removed: RemovedFile) -> WorkRow {
        WorkRow(
            ref: removed.ref, file: removed.id, type: removed.type, side: removed.side, counterparts: removed.counterparts,
            title: "content removed under rule \(removed.rule)", state: removed.state, step: "none", whose: .nobody,
            press: Self.press(nil, .nobody), clock: nil, lapses: nil, remind: nil, since: .min, until: .max, opened: removed.opened,
            changed: removed.at, unanswered: 0, urgency: 0, assigned: nil, author: nil, pending: nil, views: Bits.closed.rawValue)
    }

    private func row(of file: FileRow, _ reader: Reader, _ now: Instant) throws -> WorkRow {
        try row(of: file, Node.dossier(file.id, reader), reader, now: now)
    }

    /// - Parameter dossier: what the acts that count make.
    func row(of file: FileRow, _ dossier: Dossier, _ reader: Reader, now: Instant) throws -> WorkRow {
        let followers = try Self.followers(of: dossier.id, reader)
        let standing = try standing(of: dossier, followers, reader, now)
        let next = dossier.nextStep(dossier.party(of: party.state) ?? party, standing, followed: !followers.isEmpty)
        let pressing = standing.pressing
        let urgency = Self.urgency(dossier.type, dossier.request.content)
        let isClosed = standing.state == .closed
        var bits: Bits = isClosed ? .closed : file.side == .requested ? .incoming : .outgoing
        if !isClosed, urgency == WorkRow.emergency { bits.insert(.emergency) }
        if next.whose == .us { bits.insert(.us) }
        if next.whose == .them { bits.insert(.them) }
        if file.side == .requested, next.step == ActKind.acknowledge.rawValue { bits.insert(.unacknowledged) }
        let kept = file.type == .preservation ? Kept(dossier, standing) : nil
        if let kept, kept.isKept, followers.isEmpty { bits.insert(.unlinked) }
        let lapse = standing.clocks.filter { dossier.type == .preservation && $0.atEnd == .lapse && $0.state == .running }
        // What changes by time alone: a clock runs out, a request that holds the file is decided.
        let turns =
            (standing.clocks.filter { $0.stopped == nil && $0.pausedSince == nil }.map(\.due) + followers.compactMap(\.decided))
            .map(\.milliseconds)
        let whose = WorkRow.Whose(rawValue: next.whose.rawValue) ?? .nobody
        return WorkRow(
            ref: file.ref, file: file.id, type: file.type, side: file.side, counterparts: file.counterparts, title: file.title,
            state: standing.state, step: next.step, whose: whose, press: Self.press(pressing, whose), clock: pressing,
            lapses: lapse.map(\.due.milliseconds).min(), remind: try remind(standing, file.id, own: file.side, reader),
            since: turns.filter { $0 <= now.milliseconds }.max() ?? .min, until: turns.filter { $0 > now.milliseconds }.min() ?? .max,
            opened: file.opened, changed: try reader.lastRegistered(of: file.id) ?? file.opened,
            unanswered: dossier.unanswered(by: file.side), urgency: urgency, assigned: try reader.assigned(file.ref),
            author: file.side == .requesting ? dossier.opening.by.officer : nil, pending: try reader.pending(file.id)?.kind,
            views: bits.rawValue, ends: kept?.until?.milliseconds ?? .max)
    }

    /// Files with a running clock by its end, then those that wait for us, for others, for nobody.
    private static func press(_ clock: Clock?, _ whose: WorkRow.Whose) -> Int64 {
        if let clock { return clock.due.milliseconds }
        return switch whose {
        case .us: 9_000_000_000_000_000
        case .them: 9_000_000_000_000_001
        case .nobody: 9_000_000_000_000_002
        }
    }

    private static func urgency(_ type: FileType, _ content: JSONValue) -> Int {
        if ActBody.Request.isEmergency(type, content) { return WorkRow.emergency }
        return content.at("urgency.level")?.string == "urgent" ? 1 : 0
    }

    /// When the first reminder is due that was not given.
    private func remind(_ standing: Standing, _ file: UUIDv7, own side: Side, _ reader: Reader) throws -> Int64? {
        let all = standing.remindersDue(at: Instant(milliseconds: .max), file: file, own: side)
        return try all.filter { try !reader.isReminded($0.id) }.map(\.at.milliseconds).min()
    }

    // MARK: Reading a file

    static func followers(of file: UUIDv7, _ reader: Reader) throws -> [Standing.Follower] {
        try reader.followers(of: file).map { row in
            Standing.Follower(
                file: row.id, ref: row.ref, type: row.type, at: row.opened,
                decided: try Node.dossier(row.id, reader).course.decided)
        }
    }

    /// A file with its clocks and links at a moment.
    func standing(of dossier: Dossier, _ followers: [Standing.Follower], _ reader: Reader, _ now: Instant) throws -> Standing {
        Standing(
            of: dossier, law: law, followers: followers, delivery: try Self.delivery(of: dossier, reader), now: now, calendars: calendars)
    }

    /// When the requested side got the request: here it was registered, or its last receipt came back. Who acts in the file has it,
    /// also while the receipt is still on its way.
    private static func delivery(of dossier: Dossier, _ reader: Reader) throws -> Standing.Delivery {
        let answered = dossier.entries.first { $0.side == .requested }?.act.at
        return [try reader.arrived(dossier.opening.id), answered].compactMap { $0 }.min().map { .at($0) } ?? .missing
    }
}

extension Dossier {
    /// The step that brings the file on, and whose it is.
    /// - Parameter party: of this node.
    func nextStep(_ party: Party, _ standing: Standing, followed: Bool) -> NextStep {
        if standing.state == .sent { return NextStep(step: "deliver", whose: .us) }
        // Whoever consulted waits for the views of the other side before it goes on.
        if let waiting = course.awaitsViews {
            return NextStep(step: ActKind.answer.rawValue, whose: side(of: party.state) == waiting ? .them : .us)
        }
        func step(of one: Party) -> String? {
            let leads = !followed && one == parties[0] && type.lifeCycle.followUp.contains(standing.state)
            return leads ? "follow-up" : mainStep(of: one, shown: standing.state)?.rawValue
        }
        if let own = step(of: party) { return NextStep(step: own, whose: .us) }
        if let theirs = parties.lazy.filter({ $0 != party }).compactMap(step).first { return NextStep(step: theirs, whose: .them) }
        return NextStep(step: "none", whose: .nobody)
    }

    /// Things that the other side asked or sent and this side has not answered: an open question, a consultation, conditions, an extension that
    /// is wanted, what was supplied, and each time it asked how things stand.
    func unanswered(by side: Side) -> Int {
        var count = course.outstanding.values.count { $0 == side.other }
        if state == .clarification, course.askedBy == side.other { count += 1 }
        if course.awaitsViews == side.other { count += 1 }
        if state == .acceptedWithConditions, side == .requesting { count += 1 }
        if course.extensionAsked != nil, side == .requested { count += 1 }
        if side == .requested {
            for entry in entries.reversed() where entry.effect == .applied {
                if entry.side == side { break }
                if entry.act.kind == .statusQuery { count += 1 }
            }
        }
        return count
    }
}
