// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
public import Standards
import Storage

extension Node {
    /// What happened since the shift began.
    /// - Parameter officer: somebody who sees files; an auditor gets the same without what people wrote.
    public func shiftLog(officer: String?) throws(ComityError) -> ShiftLog {
        let sight = try sight(of: officer)
        return try store.read { reader in
            let now = try time.now(reader)
            let shift = try reader.openShift()
            let since = shift?.began ?? now.adding(milliseconds: -ShiftLog.lookback)
            var entries = try reader.log(from: shift?.entry ?? 0, limit: ShiftLog.mostLines + 1)
            let isMore = entries.count > ShiftLog.mostLines
            if isMore { entries.removeLast() }
            if shift == nil { entries = Array(entries.prefix { Self.at($0) >= since }) }
            let oldest = entries.last.map(Self.index)
            let index = try shift?.entry ?? oldest ?? reader.registerSize()
            let acts = try reader.actCounts(from: index)
            let events = try reader.eventCounts(from: index)
            func count(_ kinds: RegisterEvent.Kind...) -> Int { kinds.reduce(0) { $0 + (events[$1.rawValue] ?? 0) } }
            let decided = acts.filter { $0.isOutgoing && ActKind(rawValue: $0.kind).map(ShiftLog.deciding.contains) == true }
            let waits = try acknowledgements(entries, reader)
            return ShiftLog(
                since: local(since), isShift: shift != nil, actsIn: acts.filter { !$0.isOutgoing }.reduce(0) { $0 + $1.count },
                actsOut: acts.filter(\.isOutgoing).reduce(0) { $0 + $1.count },
                decisions: decided.reduce(0) { $0 + $1.count } + count(.approved, .overridden), calls: count(.called),
                quarantined: count(.quarantined), acknowledged: waits.count,
                acknowledgedAfter: waits.isEmpty ? nil : waits.sorted()[(waits.count - 1) / 2],
                lines: try entries.compactMap { try line($0, reader, sight) }, isMore: isMore)
        }
    }

    /// How far the register has grown, and how many acts came since an index: for a page that asks whether it is still new.
    public func changes(since index: Int64, officer: String?) throws(ComityError) -> (head: Int64, acts: Int) {
        _ = try sight(of: officer)
        return try store.read { reader in
            (try reader.registerSize(), try reader.actCount(from: index))
        }
    }

    // MARK: Parts

    private static func at(_ entry: LogEntry) -> Instant {
        switch entry {
        case .act(let act): act.registered
        case .event(let event, _): event.at
        }
    }

    private static func index(_ entry: LogEntry) -> Int64 {
        switch entry {
        case .act(let act): act.index
        case .event(_, let index): index
        }
    }

    /// How long each request waited that was acknowledged here, milliseconds.
    private func acknowledgements(_ entries: [LogEntry], _ reader: Reader) throws -> [Int64] {
        try entries.compactMap { entry in
            guard case .act(let stored) = entry, stored.outgoing else { return nil }
            guard let act = try reader.act(stored.id, hash: stored.hash), act.kind == .acknowledge, let file = try reader.file(id: act.file)
            else { return nil }
            return max(0, act.at.milliseconds - file.opened.milliseconds)
        }
    }

    private func line(_ entry: LogEntry, _ reader: Reader, _ sight: Sight) throws -> ShiftLog.Line? {
        switch entry {
        case .act(let stored):
            guard let act = try reader.act(stored.id, hash: stored.hash), let file = try reader.file(id: act.file) else { return nil }
            return .init(
                at: stored.registered, what: .act(act.kind, file.type, from: act.from.state, outgoing: stored.outgoing), ref: file.ref,
                by: act.by.officer)
        case .event(let event, _):
            guard let what = try what(event, sight) else { return nil }
            var ref = event.detail["ref"]?.string.flatMap { try? FileReference($0) }
            if let file = event.file, ref == nil { ref = try reader.file(id: file)?.ref }
            return .init(at: event.at, what: what, ref: ref, by: event.by)
        }
    }

    private func what(_ event: RegisterEvent, _ sight: Sight) throws -> ShiftLog.Line.What? {
        func text(_ name: String) -> String { event.detail[name]?.string ?? "" }
        func peer(_ change: ShiftLog.Line.PeerChange) -> ShiftLog.Line.What? {
            (try? StateCode(text("state"))).map { .peer($0, change: change) }
        }
        switch event.event {
        case .quarantined: return .quarantined(code: text("code"), by: text("peer"))
        case .approved: return .approved
        case .overridden: return .overridden(rule: text("rule"))
        case .called: return .called(person: sight == .whole ? text("person") : "")
        case .reminded:
            guard let level = event.detail["level"]?.integer else { return nil }
            return .escalated(level: Int(clamping: level), tell: text("tell"))
        case .dutyTaken: return .dutyTaken
        case .handedOver: return .handedOver(from: text("from"))
        case .peerAdded: return peer(text("change") == "facts" ? .facts : .added)
        case .peerConfirmed: return peer(.confirmed)
        case .peerRevoked: return peer(.revoked)
        default: return nil
        }
    }
}
