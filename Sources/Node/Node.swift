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
    public let configuration: NodeConfiguration
    public let law: Law
    public let store: Store
    let keys: NodeKeys
    let peers: PeerBook
    /// Working days of the States whose profile is known.
    let calendars: WorkingCalendars
    let access: AccessKey
    let passwords = PasswordHasher()
    let realTime = RealTime()
    /// Where this process holds the clock of an exercise.
    private let heldClock = Mutex<Instant?>(nil)
    /// The provider of OpenID Connect, when one is configured.
    let provider: OpenIDConnectProvider?

    public var state: StateCode { configuration.state }
    public var party: Party { configuration.party }
    public var exercise: Bool { configuration.exercise }

    /// Makes a new node in an empty folder.
    /// - Throws: `.alreadyExists`, `.storage`, `.usage` for a wrong zone or a fictional State outside an exercise.
    public static func create(folder path: String, _ configuration: NodeConfiguration, officers: [(id: String, role: String)])
        async throws(ComityError) -> Node
    {
        guard TimeZone(identifier: configuration.authority.timeZone) != nil else {
            throw ComityError(
                .usage, "“\(Text.safe(configuration.authority.timeZone, limit: 60))” is not a time zone.",
                next: "Use an IANA name, for example America/Montevideo.")
        }
        guard configuration.exercise || !configuration.state.isFictional else {
            throw ComityError(
                .usage, "\(configuration.state) is a fictional State.", why: "Fictional States exist only in exercises.",
                next: "Add --exercise.")
        }
        for officer in officers where !Roles.all.contains(officer.role) {
            throw ComityError(
                .usage, "“\(Text.safe(officer.role, limit: 60))” is not a role.",
                next: "Known roles are \(Roles.all.joined(separator: ", ")).")
        }
        let keys = try NodeKeys.generate(for: configuration)
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
    public convenience init(folder path: String) throws(ComityError) {
        let folder = NodeFolder(path)
        let configuration = try folder.readConfiguration()
        try self.init(folder: folder, configuration, try NodeKeys.read(from: folder.keysPath, configuration: configuration))
    }

    private init(folder: NodeFolder, _ configuration: NodeConfiguration, _ keys: NodeKeys) throws(ComityError) {
        self.folder = folder
        self.configuration = configuration
        self.keys = keys
        access = try AccessKey(folder: folder.keysPath)
        provider = configuration.oidc.map { OpenIDConnectProvider($0, folder: folder.path) }
        law = try Self.loadLaw()
        calendars = WorkingCalendars(of: law)
        store = try Store(folder: folder.path, signer: keys.register)
        peers = PeerBook(store: store)
    }

    /// Reads the rule files and State profiles that ship with the program.
    public static func loadLaw() throws(ComityError) -> Law {
        try readLaw(
            instruments: try ResourceFolder.locate("Instruments", room: "Law"), states: try ResourceFolder.locate("States", room: "Law"))
    }

    /// Reads rule files: one folder for each instrument below `base`, and State profiles in `states`.
    /// - Throws: `.malformedInput` naming every fault with file and line.
    public static func readLaw(instruments base: String, states: String) throws(ComityError) -> Law {
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
        var milliseconds = Self.realMilliseconds()
        guard exercise else { return local(Instant(milliseconds: milliseconds)) }
        if let held = heldClock.withLock({ $0 }) { return local(held) }
        if let setting = try store.read({ try $0.setting(Self.clockSetting) }) {
            let parts = setting.split(separator: " ").compactMap { Int64($0) }
            if parts.count == 2 { milliseconds = parts[0] + (milliseconds - parts[1]) }
            if parts.count == 1 { milliseconds = parts[0] }
        }
        return local(Instant(milliseconds: milliseconds))
    }

    /// Holds the clock of an exercise at a moment, for this process only and without a record; nil lets it go. For playing a
    /// course of events in one go; the clock that everybody sees is set with `setClock`.
    /// - Throws: `.permission` on a real node.
    public func holdClock(at instant: Instant?) throws(ComityError) {
        guard exercise else { throw Self.realClock }
        heldClock.withLock { $0 = instant }
    }

    /// The same moment in the offset of this node's authority.
    public func local(_ instant: Instant) -> Instant { Self.at(instant, zone: configuration.authority.timeZone) }

    /// The same moment in the offset that an IANA zone has then.
    public static func at(_ instant: Instant, zone: String) -> Instant {
        let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
        let seconds = TimeZone(identifier: zone)?.secondsFromGMT(for: date) ?? 0
        return instant.at(offsetMinutes: Int16(clamping: seconds / 60))
    }

    private static let clockSetting = "exercise-clock"

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
            try writer.set(Self.clockSetting, value)
            try writer.append(event)
        }
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

    private static func entry(_ configuration: NodeConfiguration, _ keys: NodeKeys) -> DirectoryEntry {
        DirectoryEntry(
            state: configuration.state, authority: configuration.authority, endpoint: configuration.endpoint,
            rootKey: keys.root.verifyingKey, signingKey: keys.signing.verifyingKey, sealing: keys.sealing.recipient.text,
            certificate: Base64.encode(keys.tls.der), register: keys.register.verifier, exercise: configuration.exercise,
            issuedAt: configuration.createdAt)
    }

    public var fingerprint: String { DirectoryEntry.fingerprint(of: keys.root.verifyingKey) }
}
