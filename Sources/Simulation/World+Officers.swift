// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Law
import Register
import Standards

/// People: they open requests, look at files, and take the step that is next, or another one that is possible.
extension World {
    /// What requests are about, in thousandths. Data are asked for most; docs/simulation.md says which figures this leans on.
    private static let mix: [(FileType, Int)] = [
        (.preservation, 220), (.subscriberInformation, 200), (.storedData, 150), (.emergency, 90), (.trafficDisclosure, 60),
        (.mutualLegalAssistance, 90), (.policeCooperation, 50), (.spontaneousInformation, 40), (.freezing, 30), (.realTimeTraffic, 10),
        (.interception, 8), (.extradition, 12), (.provisionalArrest, 5), (.confiscation, 8), (.returnOfAssets, 4), (.videoHearing, 10),
        (.jointInvestigation, 5), (.transferOfSentencedPerson, 3), (.transferOfProceedings, 3), (.technicalAssistance, 2),
    ]

    func traffic(_ index: Int) throws {
        guard !isEnding else { return }
        let node = nodes[index]
        planTraffic(node)
        guard node.canWork else { return }
        var place = draws.below(1000)
        var type = FileType.preservation
        for (one, share) in Self.mix {
            type = one
            if place < share { break }
            place -= share
        }
        guard let other = counterpart(of: index) else { return }
        var parties = [index, other]
        if type == .jointInvestigation, draws.chance(0.4), let third = counterpart(of: index, except: [other]) { parties.append(third) }
        try open(type, parties, follows: nil)
    }

    /// A request, approved by a second officer and sent.
    @discardableResult
    func open(_ type: FileType, _ parties: [Int], follows: Int?) throws -> Int? {
        let node = nodes[parties[0]]
        let at = local(node)
        guard isClockRight(node) else { return nil }
        let urgency = type == .emergency ? 2 : draws.chance(0.02) ? 2 : draws.chance(0.1) ? 1 : 0
        let key = "\(at.utcYear)\(type.code)"
        // As from the database: after the newest that is there, also where an older backup was put back.
        let taken = (node.numbers[key] ?? 0) + 1
        let ref = try FileReference(state: node.party.state, year: at.utcYear, typeCode: type.code, number: taken)
        node.numbers[key] = taken
        let id = UUIDv7(at: at, using: &draws)
        let number = files.count
        var links: [JSONValue] = []
        if let follows {
            links.append(
                .object([
                    "file": .string(files[follows].id.description), "ref": .string(files[follows].ref.description),
                    "relation": .string("follows"),
                ]))
        }
        let body: [String: JSONValue] = [
            "ref": .string(ref.description), "type": .string(type.rawValue), "title": .string("t"),
            "content": maker.content(type, urgency: urgency), "links": .array(links),
        ]
        let act = Act(
            id: UUIDv7(at: at, using: &draws), file: id, kind: .request, from: node.party, to: parties.dropFirst().map { nodes[$0].party },
            after: [], lamport: 1, at: at,
            by: .init(role: "duty_officer", officer: "D1", approvals: [.init(role: "approver", officer: "D3", at: at)]), tlp: .amber,
            lang: "en", exercise: true, law: [:], body: .object(body))
        files.append(
            WorldFile(number: number, id: id, ref: ref, type: type, parties: parties, isEmergency: urgency == 2, openedAt: now))
        fileNumbers[id] = number
        references[ref] = number
        tally.files += 1
        try write(act, node, node.file(number))
        return number
    }

    /// Signs an act of a node and waits for the disk.
    func write(_ act: Act, _ node: SimNode, _ file: NodeFile) throws {
        let letter = try sign(act, node, file: file.number)
        file.isWaiting = true
        file.version += 1
        note(node.index, file.number, .writes, Int64(letter.number), "\(act.kind.rawValue) (act \(letter.number))")
        enqueue(PendingWrite(record: .act(letter)), node)
    }

    /// The register does not go on while the clock is before its last entry.
    func isClockRight(_ node: SimNode) -> Bool { node.clock(now) >= node.lastEntry - 5 * Span.minute }

    /// Plans when an officer looks at the file next.
    func planLook(_ node: SimNode, _ file: NodeFile, patience: Bool = false) {
        guard !isEnding else { return }
        let known = files[file.number]
        let delay: Double
        if patience {
            delay = draws.work(20 * Double(Span.day), spread: 0.5)
        } else if known.isEmergency {
            delay = draws.work(25 * Double(Span.minute))
        } else {
            delay = draws.work(1.6 * Double(Span.day))
        }
        queue.plan(.look(node: node.index, file: file.number, version: file.version), at: now + Int64(delay))
    }

    func fold(_ node: SimNode, _ file: NodeFile) throws -> Dossier {
        if let folded = file.folded { return folded }
        let acts = plan.planted == .wrongCrossing ? Self.asOneChain(file.counting()) : file.counting()
        let dossier = try Dossier(folding: acts)
        file.folded = dossier
        return dossier
    }

    /// What the intake knows of a file, which the planted fault leaves alone; nil when the node has none of its acts.
    func known(_ node: SimNode, _ file: NodeFile) throws -> Dossier? {
        let acts = file.counting()
        if acts.isEmpty { return nil }
        return plan.planted == .wrongCrossing ? try Dossier(folding: acts) : try fold(node, file)
    }

    /// The planted fault: acts in the order of their arrival, each as if its author had known all before.
    private static func asOneChain(_ acts: [Dossier.HashedAct]) -> [Dossier.HashedAct] {
        var before: UUIDv7?
        return acts.enumerated().map { place, item in
            let act = item.act
            defer { before = act.id }
            return Dossier.HashedAct(
                act: Act(
                    id: act.id, file: act.file, kind: act.kind, from: act.from, to: act.to, after: before.map { [$0] } ?? [],
                    lamport: Int64(place) + 1, at: act.at, by: act.by, tlp: act.tlp, lang: act.lang, exercise: act.exercise, law: act.law,
                    body: act.body), hash: item.hash)
        }
    }

    func look(_ node: SimNode, _ number: Int, _ version: Int) throws {
        guard !isEnding, let file = node.files[number], file.version == version else { return }
        guard !file.letters.isEmpty || file.isWaiting else { return }
        guard node.canWork, isClockRight(node), !file.isWaiting else {
            queue.plan(.look(node: node.index, file: number, version: version), at: now + (file.isWaiting ? 2 * Span.second : Span.hour))
            return
        }
        let dossier = try fold(node, file)
        let at = local(node)
        let standing = dossier.type == .preservation ? standing(dossier, node, file, at: at) : nil
        let main = dossier.mainStep(of: node.party, shown: standing?.state)
        if dossier.state == .closed, !draws.chance(0.01) {
            file.folded = nil
            return
        }
        let isAskedFor = main == nil && dossier.type == .preservation && number % 2 == 0 && [.preserved, .extended].contains(dossier.state)
        if isAskedFor || main == .retroactiveProcess, dossier.parties[0] == node.party, file.followers.isEmpty {
            // What was preserved is asked for; the request that was promised follows.
            if let next = try open(.storedData, files[number].parties, follows: number) { file.followers.append(next) }
        }
        var tries: [ActKind] = []
        if let main, draws.chance(0.9) { tries.append(main) }
        if tries.isEmpty, main != nil || draws.chance(0.35), let side = dossier.side(of: node.party.state) {
            let open = dossier.open(to: side)
            for _ in 0..<3 { if let kind = draws.pick(open) { tries.append(kind) } }
            if let main { tries.append(main) }
        }
        for kind in tries {
            if let act = act(kind, node, file, dossier, standing, at) {
                try write(act, node, file)
                return
            }
        }
        planLook(node, file, patience: true)
    }

    /// An act of this kind that the node may write now, or nil.
    private func act(_ kind: ActKind, _ node: SimNode, _ file: NodeFile, _ dossier: Dossier, _ standing: Standing?, _ at: Instant) -> Act? {
        guard let side = dossier.side(of: node.party.state),
            let step = dossier.type.lifeCycle.transition(kind, by: side, from: dossier.state)
        else { return nil }
        let linked = file.followers.last.map { (files[$0].id, files[$0].ref) }
        guard let body = maker.body(kind, dossier, by: node.party, at: at, law: node.law, linked: linked, &draws) else { return nil }
        let act = Act(
            id: UUIDv7(at: at, using: &draws), file: dossier.id, kind: kind, from: node.party, to: dossier.counterparts(of: node.party),
            after: dossier.heads, lamport: dossier.nextLamport, at: at,
            by: .init(
                role: Self.role(step.roles), officer: "D1",
                approvals: step.fourEyes ? [.init(role: "approver", officer: "D3", at: at)] : []), tlp: .amber, lang: "en", exercise: true,
            law: [:], body: body)
        do { try dossier.mayTake(act, law: node.law, standing: standing) } catch { return nil }
        return act
    }

    private static func role(_ roles: Set<String>) -> String {
        for one in ["duty_officer", "lawyer", "approver", "examiner", "screening_panel", "asset_officer"] where roles.contains(one) {
            return one
        }
        return roles.min() ?? "duty_officer"
    }

    /// The file with its clocks and links, as a node sees it.
    func standing(_ dossier: Dossier, _ node: SimNode, _ file: NodeFile, at: Instant) -> Standing {
        Standing(
            of: dossier, law: node.law, followers: followers(node, file), delivery: .done, now: at,
            calendars: nil)
    }

    /// Requests that follow the file and are here.
    func followers(_ node: SimNode, _ file: NodeFile) -> [Standing.Follower] {
        file.followers.compactMap { number in
            guard let follower = node.files[number], !follower.letters.isEmpty, let dossier = try? fold(node, follower) else { return nil }
            return Standing.Follower(
                file: dossier.id, ref: dossier.ref, type: dossier.type, at: dossier.opening.at, decided: dossier.course.decided)
        }
    }
}
