// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import NIOCore
import Node
import Register
import Sealing
import Standards
import Synchronization
import Transport

/// Plays the files of the demonstration: all steps of all files in the order of their times, through the use cases of the
/// nodes, in this process. Acts travel sealed from node to node as ever, only without a network.
actor SceneryStage {
    /// Where a node of the demonstration lies and listens.
    struct Place: Sendable {
        let folder: String
        let exchangePort: Int
        let deskPort: Int
    }

    /// What became of a file.
    struct Line: Sendable, Codable {
        let key: String
        let ref: String
        let type: String
        let from: String
        let to: [String]
        let state: String
        let shows: String
    }

    /// How far back the files reach; trust between the States is older than the first of them.
    static let span: Int64 = 91 * 86_400_000

    let states: [DemoState]
    let scenes: [Scene]
    let resources: String
    /// The moment up to which everything is played.
    let now: Instant
    var nodes: [StateCode: Node] = [:]
    var references: [String: FileReference] = [:]
    /// Keys of States that are only in the directories, for what is forged with them.
    var strangers: [StateCode: SigningKey] = [:]
    private var deliveries: [StateCode: Delivery] = [:]
    private let away = Disconnected()
    /// For exhibits and for nodes of States that are only in the directories; goes when the play is over.
    let scratch: String

    init(resources: String, now: Instant) throws(ComityError) {
        states = try DemoState.read(resources)
        scenes = try Scene.readAll(resources + "/files")
        self.resources = resources
        self.now = now
        scratch = NSTemporaryDirectory() + "comity-scenery-" + UUID().uuidString
        do { try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true) } catch {
            throw ComityError(.storage, "The folder \(scratch) cannot be made: \(error.localizedDescription)")
        }
    }

    /// Plays everything. Nodes that are there already are used, others are made.
    /// - Parameter stopped: leave the clocks standing at `now`, so that every look shows the same times.
    /// - Throws: when a step does not go as its file says, naming file and step.
    func play(in places: [StateCode: Place], stopped: Bool = false) async throws -> [Line] {
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let start = now.adding(milliseconds: -Self.span)
        for state in states where state.known == nil {
            guard let place = places[state.code] else { continue }
            nodes[state.code] = try await open(state, place, start)
        }
        for node in nodes.values { try node.holdClock(at: start) }
        for node in nodes.values { try await node.setClock(start) }
        try await meet()
        connect()
        for cue in cues() { try await play(cue) }
        for (_, node) in nodes.sorted(by: { $0.key < $1.key }) {
            try node.holdClock(at: now)
            _ = try await node.remind()
            try await node.setClock(now, stopped: stopped)
            try node.holdClock(at: nil)
        }
        return try lines()
    }

    // MARK: Order

    /// Something that happens at a moment: a step of a file, or of the directories.
    private enum Event {
        case step(Scene, Scene.Step)
        case acquaintance(DemoState, Acquaintance)
        /// At the duty desk of a State; a line of the roster is entered an hour before it begins.
        case duty(StateCode, DutyScene, from: Instant)
    }

    private enum Acquaintance { case add, confirm, revoke }

    private struct Cue {
        let at: Instant
        let event: Event
    }

    private func cues() -> [Cue] {
        var cues: [Cue] = []
        for scene in scenes {
            var last = now
            for entry in scene.entries {
                switch entry.when {
                case .at(let time): last = time.from(now, zone: zone(entry.steps.first?.by ?? ""))
                case .after(let milliseconds): last = last.adding(milliseconds: milliseconds)
                }
                for step in entry.steps { cues.append(Cue(at: last.adding(milliseconds: -step.lead), event: .step(scene, step))) }
            }
        }
        for state in states where nodes[state.code] != nil {
            for scene in state.duty {
                let start = scene.at.from(now, zone: state.authority.timeZone)
                var at = min(start, now)
                if case .roster = scene.deed { at = min(start.adding(milliseconds: -3_600_000), now) }
                cues.append(Cue(at: at, event: .duty(state.code, scene, from: start)))
            }
        }
        for state in states {
            guard let known = state.known else { continue }
            func at(_ time: SceneTime) -> Instant { time.from(now, zone: state.authority.timeZone) }
            cues.append(Cue(at: at(known.added), event: .acquaintance(state, .add)))
            if let time = known.confirmed { cues.append(Cue(at: at(time), event: .acquaintance(state, .confirm))) }
            if let time = known.revoked { cues.append(Cue(at: at(time), event: .acquaintance(state, .revoke))) }
        }
        // What stands first in its file stays first at the same moment.
        return cues.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }

    /// The zone of an officer, by the State in front of the pseudonym.
    private func zone(_ officer: String) -> String {
        states.first { officer.hasPrefix($0.code.description) }?.authority.timeZone ?? "UTC"
    }

    private func play(_ cue: Cue) async throws {
        let moment = cue.at
        for node in nodes.values { try node.holdClock(at: moment) }
        switch cue.event {
        case .acquaintance(let state, let event): try await acquaint(state, event)
        case .duty(let state, let scene, let start): if let node = nodes[state] { try await scene.play(at: node, from: start) }
        case .step(let scene, let step):
            guard scene.parties.allSatisfy({ nodes[$0] != nil }) else { return }
            do {
                try await take(step, in: scene, at: moment)
                guard step.fails == nil else { throw ComityError(.failure, "It should have failed with \(step.fails?.rawValue ?? "").") }
            } catch let error as ComityError where error.code == step.fails {
            } catch {
                throw ComityError(.failure, "\(scene.key).yaml, \(step.by) \(step.deed) at \(moment): \(error)")
            }
            for state in scene.parties { await deliveries[state]?.flush() }
        }
    }

    private func lines() throws(ComityError) -> [Line] {
        var lines: [Line] = []
        for scene in scenes {
            guard let ref = references[scene.key], let node = nodes[scene.from] else { continue }
            lines.append(
                Line(
                    key: scene.key, ref: ref.description, type: scene.type.rawValue, from: scene.from.description,
                    to: scene.to.map(\.description), state: try node.fileView(ref, officer: nil).state.rawValue, shows: scene.shows))
        }
        return lines
    }

    // MARK: Nodes

    private func open(_ state: DemoState, _ place: Place, _ start: Instant) async throws(ComityError) -> Node {
        if FileManager.default.fileExists(atPath: place.folder + "/node.json") { return try Node(folder: place.folder) }
        return try await Node.create(
            folder: place.folder, configuration(state, place, start), officers: state.officers.map { ($0.id, $0.role) })
    }

    private func configuration(_ state: DemoState, _ place: Place, _ start: Instant) -> NodeConfiguration {
        // The certificate is checked by the machine's clock.
        let real = Instant(milliseconds: Int64(Date().timeIntervalSince1970) * 1000)
        return NodeConfiguration(
            state: state.code, authority: state.authority, exchange: .init(host: "127.0.0.1", port: place.exchangePort),
            endpoint: "https://127.0.0.1:\(place.exchangePort)", desk: .init(host: "127.0.0.1", port: place.deskPort), exercise: true,
            createdAt: Instant(milliseconds: min(start.milliseconds, real.milliseconds) / 1000 * 1000))
    }

    /// All States confirm each other's fingerprint.
    private func meet() async throws(ComityError) {
        for (state, node) in nodes.sorted(by: { $0.key < $1.key }) {
            for (other, peer) in nodes.sorted(by: { $0.key < $1.key }) where other != state {
                if try node.listPeers().contains(where: { $0.entry.state == other && $0.trust == .confirmed }) { continue }
                _ = try await node.addPeer(try peer.directoryEntry())
                _ = try await node.confirmPeer(other, fingerprint: peer.fingerprint, by: "\(state)-D1", how: "telephone")
            }
        }
    }

    /// A State that is only in the directories becomes known, trusted, and no longer trusted.
    private func acquaint(_ state: DemoState, _ event: Acquaintance) async throws(ComityError) {
        let folder = scratch + "/" + state.code.description
        if event == .add {
            let place = Place(folder: folder, exchangePort: 1, deskPort: 1)
            let node = try await open(state, place, now.adding(milliseconds: -Self.span))
            guard let seed = FileManager.default.contents(atPath: folder + "/keys/signing.key"),
                let bytes = Base64.decode(String(decoding: seed, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
            else { throw ComityError(.storage, "The key of \(state.code) cannot be read.") }
            strangers[state.code] = try SigningKey(rawRepresentation: bytes)
            for other in nodes.values { _ = try await other.addPeer(try node.directoryEntry()) }
            return
        }
        for (own, node) in nodes {
            guard let peer = try node.listPeers().first(where: { $0.entry.state == state.code }) else { continue }
            if event == .confirm {
                _ = try await node.confirmPeer(state.code, fingerprint: peer.entry.fingerprint, by: "\(own)-D1", how: "telephone")
            } else {
                _ = try await node.revokePeer(state.code, by: "\(own)-D1")
            }
        }
    }

    // MARK: Delivery

    private func connect() {
        let all = nodes
        let away = away
        for (state, node) in nodes {
            deliveries[state] = Delivery(node: node) { (peer: Peer) throws(ComityError) -> any ExchangeLine in
                guard let other = all[peer.entry.state] else { throw Disconnected.error(peer.entry.state) }
                return StageLine(to: DirectLine(to: other, from: state), of: peer.entry.state, away: away)
            }
        }
    }

    func disconnect(_ state: StateCode) { away.add(state) }
}

/// The States that cannot be reached. Owns `states`, under one lock.
final class Disconnected: Sendable {
    private let states = Mutex<Set<StateCode>>([])

    func add(_ state: StateCode) { states.withLock { _ = $0.insert(state) } }

    func check(_ state: StateCode) throws(ComityError) { if states.withLock({ $0.contains(state) }) { throw Self.error(state) } }

    static func error(_ state: StateCode) -> ComityError {
        ComityError(
            .peerUnreachable, "\(state) did not answer.", why: "Its node is switched off in this demonstration.",
            next: "Nothing is lost: the delivery is tried again by itself.")
    }
}

/// The way to a node of the stage, which may be cut.
private struct StageLine: ExchangeLine {
    let line: DirectLine
    let state: StateCode
    let away: Disconnected

    init(to line: DirectLine, of state: StateCode, away: Disconnected) {
        self.line = line
        self.state = state
        self.away = away
    }

    func send(_ message: [UInt8]) async throws(ComityError) -> Receipt {
        try away.check(state)
        return try await line.send(message)
    }

    func progress(ofPackage digest: String) async throws(ComityError) -> PackageProgress {
        try away.check(state)
        return try await line.progress(ofPackage: digest)
    }

    func send(part number: Int, ofPackage digest: String, bytes: ByteBuffer) async throws(ComityError) -> PackageProgress {
        try away.check(state)
        return try await line.send(part: number, ofPackage: digest, bytes: bytes)
    }

    func ask(_ call: RegisterCall) async throws(ComityError) -> RegisterReply {
        try away.check(state)
        return try await line.ask(call)
    }

    func shutdown() async {}
}
