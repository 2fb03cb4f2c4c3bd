// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards
import Web

/// The duty desk: what to do first, what presses, what is new, whom to call, who is on duty, how the peers are.
struct DutyPage {
    static let newLines = 10

    let scene: Scene
    let shift: Shift?
    let pressing: Pressing?
    let log: ShiftLog?
    let callBacks: [CallBack]
    let peers: [PeerHealth]?
    let layers: [RosterLine]
    let handover: Handover?
    let alarms: [DoctorCheck]
    let rings: [TestCall]

    init(_ scene: Scene) throws(ComityError) {
        self.scene = scene
        let (node, officer) = (scene.node, scene.session.officer)
        shift = try node.shift()
        layers = try node.onDuty(at: scene.now)
        let sees = scene.may(.readMetadata)
        pressing = sees ? try node.pressing(officer: officer) : nil
        log = sees ? try node.shiftLog(officer: officer) : nil
        callBacks = scene.may(.readContent) ? try node.callBacksPending(officer: officer) : []
        handover = scene.may(.readContent) ? try node.handoverInHand(officer: officer) : nil
        alarms = try node.registerAlarms(officer: officer)
        rings = scene.may(.answer) && scene.may(.readRegister) ? try node.waitingTestCalls(officer: officer) : []
        peers = scene.may(.readRegister) || scene.may(.administer) ? try node.peerHealth(officer: officer) : nil
    }

    private var strings: Strings { scene.strings }
    private var figures: Figures { scene.figures }
    private var isMine: Bool { shift?.officer == scene.session.officer }

    var fields: Fields {
        var fields: Fields = [
            "lede": lede, "canCall": scene.may(.answer), "isMine": isMine, "canTake": scene.may(.answer) && shift == nil,
            "handsOver": handover?.signed != nil && !isMine && scene.may(.answer), "handsOverSays": handsOver,
            "sees": pressing != nil, "hasPeers": peers != nil, "roster": rosterLines, "hasRoster": !rosterLines.isEmpty,
            "hasRings": !rings.isEmpty,
            "rings": rings.map { ring -> Fields in
                [
                    "with": scene.names.fields(ring.state), "id": ring.id.description,
                    "since": figures.span(milliseconds: max(0, scene.now.milliseconds - ring.at.milliseconds)),
                ]
            },
            "hasCallBacks": !callBacks.isEmpty, "seesCallBacks": scene.may(.readContent),
            "callBackCount": callBacks.isEmpty ? "" : strings.count("duty.calls.count", callBacks.count, figures),
            "callBacks": callBacks.map(callBack),
            "alarms": alarms.map { alarm -> Fields in
                [
                    "title": strings("duty.alarm.\(alarm.name)"), "says": Text.safe(alarm.says, limit: 1000),
                    "do": Text.safe(alarm.fix, limit: 600), "isUrgent": alarm.grade == .bad,
                ]
            },
        ]
        if let pressing { fields.merge(pressingFields(pressing)) { $1 } }
        if let log { fields.merge(logFields(log)) { $1 } }
        if let peers { fields.merge(peerFields(peers)) { $1 } }
        return fields
    }

    // MARK: Head

    private var lede: Phrase {
        let today = scene.times.fields(scene.now, theirs: nil)["date"] as? String ?? ""
        guard let shift else {
            return scene.phrase(
                scene.duty == nil ? "duty.lede.nobody" : "duty.lede.roster",
                [
                    "date": .words(today), "who": .outside(Text.safe(scene.duty?.name ?? "", limit: 60)),
                ])
        }
        let since = scene.times.short(shift.began, now: scene.now)
        let left = scene.duty?.until.map { $0.milliseconds - scene.now.milliseconds }
        var values: [String: Phrase.Value] = [
            "who": .outside(Text.safe(shift.name, limit: 60)), "since": .words(since), "date": .words(today),
        ]
        guard let left, left > 0 else { return scene.phrase("duty.lede.shift", values) }
        values["left"] = .words(figures.span(milliseconds: left))
        return scene.phrase("duty.lede.shift-until", values)
    }

    private var handsOver: Phrase {
        scene.phrase("duty.hands-over", ["who": .outside(Text.safe(handover?.name ?? "", limit: 60))])
    }

    // MARK: What presses

    private func pressingFields(_ pressing: Pressing) -> Fields {
        let all = (pressing.first.map { [$0] } ?? []) + pressing.atRisk
        let counterpart = pressing.first?.counterpart ?? all.first?.counterpart ?? scene.names.counterparts.first
        return [
            "hasFirst": pressing.first != nil, "first": pressing.first.map(first) ?? [:],
            "ruler": Ruler(scene: scene, items: all, counterpart: counterpart).fields,
            "risks": pressing.atRisk.map(risk), "hasRisks": !pressing.atRisk.isEmpty,
            "moreRisks": pressing.more > 0 ? strings.count("duty.risks.more", pressing.more, figures) : strings("duty.risks.all"),
        ]
    }

    private func clock(_ item: QueueItem) -> Fields {
        var fields = ClockFace(scene, item.clock, state: item.state, counterpart: item.counterpart).fields
        if let due = item.clock?.due { fields["short"] = scene.times.short(due, now: scene.now) }
        return fields
    }

    private func base(_ item: QueueItem) -> Fields {
        let title = Text.safe(item.title, limit: 160)
        return [
            "ref": item.ref.description, "path": "/files/\(item.ref)", "hasTitle": !title.allSatisfy(\.isWhitespace), "title": title,
            "type": strings("type.\(item.type.rawValue)"), "with": scene.names.fields(item.counterpart), "clock": clock(item),
            "state": StateTag(item.state, strings).fields, "next": strings("next.\(item.next.step)"),
            "icon": item.side == .requested ? "in" : "out", "direction": strings("direction.\(item.side.rawValue)"),
            "whose": scene.phrase("whose.\(item.next.whose.rawValue)", ["who": .outside("\(item.counterpart)")]),
        ]
    }

    private func risk(_ item: QueueItem) -> Fields { base(item) }

    private func first(_ item: QueueItem) -> Fields {
        var fields = base(item)
        let look = (fields["clock"] as? Fields)?["look"] as? String ?? ""
        fields["isCalm"] = look != "clock--urgent" && look != "clock--over"
        fields["isEmergency"] = item.urgency == .emergency
        fields["canAcknowledge"] = item.next.step == ActKind.acknowledge.rawValue && scene.may(.answer)
        let facts = [strings("type.\(item.type.rawValue)"), strings("state.\(item.state.rawValue)")] + facts(item)
        fields["facts"] = facts.joined(separator: strings("duty.first.and"))
        return fields
    }

    /// What is known about who asks.
    private func facts(_ item: QueueItem) -> [String] {
        var facts: [String] = []
        if item.side == .requested {
            facts.append(strings("duty.first.signed"))
            if let confirmed = peers?.first(where: { $0.state == item.counterpart })?.confirmed {
                facts.append(strings("duty.first.key", ["date": scene.times.fields(confirmed, theirs: nil)["date"] as? String ?? ""]))
            }
            if callBacks.contains(where: { $0.reason == .emergency(item.ref) }) { facts.append(strings("duty.first.call-back")) }
        }
        if let assigned = item.assigned {
            facts.append(strings("duty.first.assigned", ["who": Text.safe(assigned, limit: 60)]))
        }
        return facts
    }

    // MARK: What is new

    private func logFields(_ log: ShiftLog) -> Fields {
        let table = LogTable(scene: scene)
        return [
            "newTitle": strings(log.isShift ? "duty.new.since" : "duty.new.last", ["time": scene.times.short(log.since, now: scene.now)]),
            "newCounts": counts(log), "newRows": table.rows(log.lines.prefix(Self.newLines)), "hasNew": !log.lines.isEmpty,
        ]
    }

    private func counts(_ log: ShiftLog) -> String {
        let parts = [
            strings.count("duty.acts-in", log.actsIn, figures), strings.count("duty.acts-out", log.actsOut, figures),
            strings.count("duty.quarantined", log.quarantined, figures),
        ]
        return parts.joined(separator: strings("list.and"))
    }

    // MARK: People

    private func callBack(_ call: CallBack) -> Fields {
        var fields: Fields = [
            "hasPhone": call.phone != nil, "phone": Text.safe(call.phone ?? "", limit: 40),
            "tel": "tel:\((call.phone ?? "").filter { $0.isASCII && ($0.isNumber || $0 == "+") })", "with": scene.names.fields(call.state),
            "source": call.confirmed.map {
                strings("duty.calls.confirmed", ["date": scene.times.fields($0, theirs: nil)["date"] as? String ?? ""])
            } ?? strings("duty.calls.unconfirmed"),
        ]
        switch call.reason {
        case .emergency(let ref), .file(let ref):
            fields["why"] = strings("duty.calls.emergency")
            fields["hasRef"] = true
            fields["ref"] = ref.description
            fields["path"] = "/files/\(ref)"
            fields["log"] = "/calls?ref=\(ref)"
        case .quarantined(let id, let code, let at):
            fields["why"] = strings(
                "duty.calls.quarantine",
                ["why": LogTable(scene: scene).quarantine(code), "time": scene.times.short(at, now: scene.now)])
            fields["hasRef"] = false
            fields["log"] = "/calls?quarantine=\(id)"
        }
        return fields
    }

    /// Whoever is on duty, then who is called next: by the levels of the clock that presses most, or in the order of the layers.
    private var rosterLines: [Fields] {
        var lines: [Fields] = []
        func add(_ name: String, _ role: String, tag: String? = nil, time: String = "", isReached: Bool = false) {
            lines.append([
                "name": Text.safe(name, limit: 60), "role": role, "hasTag": tag != nil, "tag": tag ?? "", "time": time,
                "isReached": isReached,
            ])
        }
        if let duty = scene.duty {
            add(
                duty.name, strings(duty.isTaken ? "duty.roster.taken" : "duty.roster.by-roster"), tag: strings("duty.roster.now"))
        }
        let levels = pressing?.first?.clock?.escalation ?? []
        guard !levels.isEmpty, let clock = pressing?.first?.clock else {
            for line in layers where line.officer != scene.duty?.officer {
                add(
                    line.name, strings("layer.\(line.layer.rawValue)"),
                    time: strings("duty.roster.until", ["time": scene.times.short(line.end, now: scene.now)]))
            }
            return lines
        }
        for level in levels {
            let at = clock.due.adding(milliseconds: -level.remaining)
            let layer = DutyLayer(tells: level.tell)
            let line = layers.first { $0.layer == layer }
            let isReached = at <= scene.now
            let time = scene.times.short(at, now: scene.now)
            add(
                line?.name ?? strings("duty.roster.nobody"), strings("role.\(level.tell)"),
                time: isReached ? strings("duty.roster.reached", ["time": time]) : strings("duty.roster.at", ["time": time]),
                isReached: isReached)
        }
        return lines
    }

    // MARK: Peers

    private func peerFields(_ peers: [PeerHealth]) -> Fields {
        let shown = peers.filter { $0.grade != .revoked }.prefix(8)
        return [
            "peerCount": strings.count("duty.peers.count", peers.count, figures), "hasAnyPeer": !peers.isEmpty,
            "peerRows": shown.map(peer),
            "hasMorePeers": peers.count > shown.count,
            "morePeers": strings.count("duty.peers.more", peers.count - shown.count, figures),
        ]
    }

    private func peer(_ peer: PeerHealth) -> Fields {
        let (look, icon) =
            switch peer.grade {
            case .ok: ("yes", "met")
            case .silent: ("open", "tri")
            case .never, .unconfirmed: ("open", "open")
            case .revoked: ("no", "shield-no")
            }
        let owed = peer.acts + peer.packages
        return [
            "look": look, "icon": icon, "with": scene.names.fields(peer.state),
            "says": peer.grade == .ok || peer.grade == .silent ? seen(peer) : strings("duty.peers.\(peer.grade.rawValue)"),
            "hasOwed": owed > 0, "owed": strings.count("duty.peers.owed", owed, figures),
            "hasError": peer.grade == .silent && peer.says != nil, "error": Text.safe(Self.sentence(peer.says ?? ""), limit: 200),
        ]
    }

    /// The first sentence: what went wrong, without the words of the network.
    private static func sentence(_ text: String) -> String {
        text.firstRange(of: ". ").map { String(text[..<$0.lowerBound]) + "." } ?? text
    }

    private func seen(_ peer: PeerHealth) -> String {
        guard let last = peer.lastContact else { return strings("duty.peers.never") }
        guard peer.grade == .ok else {
            return strings("duty.peers.silent", ["span": figures.span(milliseconds: scene.now.milliseconds - last.milliseconds)])
        }
        return strings("duty.peers.seen", ["time": scene.times.short(last, now: scene.now)])
    }
}
