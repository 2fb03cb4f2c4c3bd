// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
import Foundation
public import Law
import Register
import Sealing
public import Standards
public import Storage
import Synchronization
import Transport

/// One State's node: the use cases, and the only place where the rooms meet. The front door of the room.
///
/// A value of this type is one process's view of a data folder. The command line and the serving node may use the same
/// folder at the same time: everything they share is in the database, and every write goes through `Store.commit`.
public final class Node: Sendable {
    public let folder: NodeFolder
    /// What this node is, as `node.json` said when it was read, or as `setAuthority` changed it since.
    public var configuration: NodeConfiguration { current.withLock { $0 } }
    private let current: Mutex<NodeConfiguration>
    public let law: Law
    public let store: Store
    let keys: NodeKeys
    let peers: PeerBook
    let access: AccessKey
    let passwords = PasswordHasher()
    let signatures = SignatureMemory()
    let realTime = RealTime()
    /// The provider of OpenID Connect, when one is configured.
    let provider: OpenIDConnectProvider?
    let time: NodeTime
    let worklist: Worklist
    /// Rows of the worklist that were computed by another format or other rules are computed anew.
    let workVersion: String
    /// Work that runs beside the pages, in this process.
    let board = TaskBoard()
    /// Peers that have seen a checkpoint of this register since they were met.
    let meetings = Meetings()
    /// Calls that each peer may still make.
    let calls: RateLimit

    public var state: StateCode { configuration.state }
    public var party: Party { configuration.party }
    public var exercise: Bool { configuration.exercise }

    /// Makes a new node in an empty folder.
    /// - Throws: `.alreadyExists`, `.storage`, `.usage` for a wrong zone or a fictional State outside an exercise.
    public static func create(folder path: String, _ configuration: NodeConfiguration, officers: [(id: String, role: String)])
        async throws(ComityError) -> Node
    {
        try checkZone(configuration.authority.timeZone)
        guard configuration.exercise || !configuration.state.isFictional else {
            throw ComityError(
                .usage, "\(configuration.state) is a fictional State.", why: "Fictional States exist only in exercises.",
                next: "Add --exercise.")
        }
        for officer in officers { try check(officer: officer.id, role: officer.role) }
        let keys = try NodeKeys.generate(for: configuration)
        let configuration = configuration.changed(statementKey: keys.statement.keyID, at: configuration.changedAt)
        // The entry this node will publish must be one that others accept.
        _ = try DirectoryEntry(verifying: try Self.entry(configuration, keys).signed(by: keys.root))
        let folder = NodeFolder(path)
        try folder.create(keys)
        let node = try Node(folder: folder, configuration, keys)
        let accounts = officers.map {
            node.newAccount($0.id, role: $0.role, name: $0.id, language: configuration.authority.languages.first ?? "en")
        }
        _ = try await node.store.commit { writer in
            for account in accounts { try writer.insert(account) }
        }
        try folder.write(configuration)
        return node
    }

    /// Opens the node of a folder.
    /// - Throws: `.registerHeld` when its database is gone: an empty one in its place would be another register under the same key.
    public convenience init(folder path: String) throws(ComityError) {
        let folder = NodeFolder(path)
        var configuration = try folder.readConfiguration()
        guard FileManager.default.fileExists(atPath: path + "/comity.sqlite") else {
            throw ComityError(
                .registerHeld, "The database of this node is gone: there is no comity.sqlite in \(path).",
                why: "With an empty one it would contradict every checkpoint that it has signed.",
                next: "Put the file back, or restore a backup into a new folder with comity backup restore.")
        }
        if let named = try NodeKeys.addStatementKey(to: folder.keysPath, configuration) {
            try folder.write(named, replacing: true)
            configuration = named
        }
        try self.init(folder: folder, configuration, try NodeKeys.read(from: folder.keysPath, configuration: configuration))
    }

    private init(folder: NodeFolder, _ configuration: NodeConfiguration, _ keys: NodeKeys) throws(ComityError) {
        self.folder = folder
        current = Mutex(configuration)
        self.keys = keys
        access = try AccessKey(folder: folder.keysPath)
        provider = configuration.oidc.map { OpenIDConnectProvider($0, folder: folder.path) }
        let texts = try Self.lawTexts(
            instruments: try ResourceFolder.locate("Instruments", room: "Law"), states: try ResourceFolder.locate("States", room: "Law"))
        law = try Self.law(reading: texts)
        time = NodeTime(exercise: configuration.exercise, zone: configuration.authority.timeZone)
        let worklist = Worklist(law: law, calendars: WorkingCalendars(of: law), party: configuration.party, time: time)
        self.worklist = worklist
        let rules = texts.map { "\($0.path) \(Hash.of($0.bytes))" }.joined(separator: "\n")
        workVersion = "\(Worklist.format) \(Hash.of(Array(rules.utf8)))"
        store = try Store(folder: folder.path, signer: keys.register) { try worklist.row($0, $1) }
        peers = PeerBook(store: store)
        calls = RateLimit(perMinute: configuration.exchange.callsPerMinute ?? NodeConfiguration.Listener.calls)
        try checkPublished()
        if try store.read({ try $0.isRebuilding() }) {
            // A process died while it rebuilt the views.
            _ = try store.rebuild(own: configuration.state, version: workVersion)
        } else if try store.read({ try $0.setting(Store.workVersion) }) != workVersion {
            try rebuildViews()
        }
    }

    /// Reads the rule files and State profiles that ship with the program.
    public static func loadLaw() throws(ComityError) -> Law {
        try readLaw(
            instruments: try ResourceFolder.locate("Instruments", room: "Law"), states: try ResourceFolder.locate("States", room: "Law"))
    }

    /// Reads rule files: one folder for each instrument below `base`, and State profiles in `states`.
    /// - Throws: `.malformedInput` naming every fault with file and line.
    public static func readLaw(instruments base: String, states: String) throws(ComityError) -> Law {
        try law(reading: try lawTexts(instruments: base, states: states))
    }

    private static func lawTexts(instruments base: String, states: String) throws(ComityError) -> [Law.SourceText] {
        var texts: [Law.SourceText] = []
        let manager = FileManager.default
        for instrument in ((try? manager.contentsOfDirectory(atPath: base)) ?? []).sorted() where base + "/" + instrument != states {
            for file in ((try? manager.contentsOfDirectory(atPath: base + "/" + instrument)) ?? []).sorted() where file.hasSuffix(".yaml") {
                guard let data = manager.contents(atPath: "\(base)/\(instrument)/\(file)") else {
                    throw ComityError(.storage, "The rule file \(instrument)/\(file) cannot be read.")
                }
                texts.append(.init(path: "\(instrument)/\(file)", bytes: [UInt8](data)))
            }
        }
        for file in ((try? manager.contentsOfDirectory(atPath: states)) ?? []).sorted() where file.hasSuffix(".yaml") {
            guard let data = manager.contents(atPath: "\(states)/\(file)") else {
                throw ComityError(.storage, "The State profile \(file) cannot be read.")
            }
            texts.append(.init(path: "states/\(file)", bytes: [UInt8](data)))
        }
        return texts
    }

    private static func law(reading texts: [Law.SourceText]) throws(ComityError) -> Law {
        do { return try Law(reading: texts) } catch {
            throw ComityError(
                .malformedInput, "The rule files have faults:\n\(error)", why: "A node does not start with rules it cannot read.",
                next: "Correct the lines named above.")
        }
    }

    // MARK: Time

    /// Real time, whatever the exercise clock says: for retries and leases.
    static func realMilliseconds() -> Int64 { Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)) }

    /// The node's time in the offset of its authority: the exercise clock in an exercise, otherwise the machine's.
    public func now() throws(ComityError) -> Instant {
        guard exercise else { return time.now(setting: nil) }
        return try store.read { try time.now($0) }
    }

    /// Holds the clock of an exercise at a moment, for this process only and without a record; nil lets it go. For playing a
    /// course of events in one go; the clock that everybody sees is set with `setClock`.
    /// - Throws: `.permission` on a real node.
    public func holdClock(at instant: Instant?) throws(ComityError) {
        guard exercise else { throw Self.realClock }
        time.hold(at: instant)
    }

    /// A moment of real time as the node's clock shows it: the same, but for an exercise whose clock was moved.
    func shown(real milliseconds: Int64) throws(ComityError) -> Instant {
        local(Instant(milliseconds: try now().milliseconds + milliseconds - Self.realMilliseconds()))
    }

    /// The same moment in the offset of this node's authority.
    public func local(_ instant: Instant) -> Instant { Self.at(instant, zone: configuration.authority.timeZone) }

    /// The same moment in the offset that an IANA zone has then.
    public static func at(_ instant: Instant, zone: String) -> Instant {
        let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
        let seconds = TimeZone(identifier: zone)?.secondsFromGMT(for: date) ?? 0
        return instant.at(offsetMinutes: Int16(clamping: seconds / 60))
    }

    private static let realClock = ComityError(
        .permission, "The clock of a real node cannot be set.", why: "Time limits and signatures depend on it.",
        next: "Use a node made with --exercise.")

    /// Moves the clock of an exercise; it runs on from there, or stands still there.
    /// - Throws: `.permission` on a real node.
    public func setClock(_ instant: Instant, stopped: Bool = false) async throws(ComityError) {
        guard exercise else { throw Self.realClock }
        let value = stopped ? "\(instant.milliseconds)" : "\(instant.milliseconds) \(Self.realMilliseconds())"
        let event = try event(.clockSet, file: nil, by: "node", detail: ["to": .string(instant.description)])
        _ = try await store.commit { writer in
            try writer.set(NodeTime.setting, value)
            try writer.append(event)
        }
        try await refreshWork()
    }

    // MARK: Officers, ids, events

    /// The role of an officer of this node.
    /// - Throws: `.permission` for someone who is not one, or whose account is disabled.
    func role(of officer: String) throws(ComityError) -> String {
        guard let standing = try store.read({ try $0.standing(of: officer) }) else {
            let officers = try store.read { try $0.officers() }
            throw ComityError(
                .permission, "“\(Text.safe(officer, limit: 60))” is not an officer of this node.",
                next: officers.isEmpty
                    ? "No officer is registered; comity account invite NAME --role ROLE does it."
                    : "Officers are \(officers.keys.sorted().joined(separator: ", ")); name one with --as.")
        }
        guard !standing.isDisabled else {
            throw ComityError(.permission, "The account of \(officer) is disabled.", next: "Ask an administrator.")
        }
        return standing.role
    }

    func newID(at instant: Instant) -> UUIDv7 {
        var generator = SystemRandomNumberGenerator()
        return UUIDv7(at: instant, using: &generator)
    }

    func event(_ kind: RegisterEvent.Kind, file: UUIDv7?, by: String, detail: [String: JSONValue] = [:]) throws(ComityError)
        -> RegisterEvent
    {
        let now = try now()
        return RegisterEvent(id: newID(at: now), event: kind, file: file, at: now, by: by, detail: detail)
    }

    // MARK: The node's own entry

    /// The signed directory entry of this node.
    public func directoryEntry() throws(ComityError) -> [UInt8] { try entry().signed(by: keys.root) }

    func entry() throws(ComityError) -> DirectoryEntry { Self.entry(configuration, keys) }

    static func entry(_ configuration: NodeConfiguration, _ keys: NodeKeys) -> DirectoryEntry {
        DirectoryEntry(
            state: configuration.state, authority: configuration.authority, endpoint: configuration.endpoint,
            rootKey: keys.root.verifyingKey, signingKey: keys.signing.verifyingKey, sealing: keys.sealing.recipient.text,
            certificate: Base64.encode(keys.tls.der), register: keys.register.verifier, exercise: configuration.exercise,
            issuedAt: configuration.changedAt ?? configuration.createdAt, statementKey: keys.statement.verifyingKey,
            authorities: configuration.authorities, requirements: configuration.requirements, validity: configuration.validity,
            successions: configuration.successions)
    }

    /// Checks that others accept the entry of this configuration, writes it to `node.json`, and goes on with it.
    func take(_ configuration: NodeConfiguration) throws(ComityError) {
        _ = try DirectoryEntry(verifying: try Self.entry(configuration, keys).signed(by: keys.root))
        try folder.write(configuration, replacing: true)
        adopt(configuration)
    }

    /// Goes on with a configuration that is written already.
    func adopt(_ configuration: NodeConfiguration) { current.withLock { $0 = configuration } }

    public var fingerprint: String { DirectoryEntry.fingerprint(of: keys.root.verifyingKey) }
    /// The same in sixteen words.
    public var fingerprintWords: String { DirectoryEntry.fingerprintWords(of: keys.root.verifyingKey.rawRepresentation) }
}
