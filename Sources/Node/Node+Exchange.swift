// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
public import Hummingbird
public import Logging
public import NIOCore
public import Register
import Sealing
public import Standards
import Storage
public import Transport

extension Node: ExchangeHandler {
    public func caller(certificate: [UInt8]) -> StateCode? {
        peers.caller(certificate: Base64.encode(certificate))
    }

    /// Judges a message with the same pure rules as its sender, registers it, and only then answers with a receipt.
    /// What is not believed goes to quarantine with its code.
    public func receive(_ message: [UInt8], from caller: StateCode) async throws(ComityError) -> Receipt {
        switch try judge(message) {
        case .duplicate(let verified): return try receipt(for: verified.act.id)
        case .notYet(let error): throw error
        case .quarantine(let error):
            // Each attempt is sealed anew; what is inside stays the same and is kept once.
            let inner = try? Age.decrypt(message, with: keys.identities, limit: Act.limit)
            try await quarantine(message, key: Hash.of(inner ?? message), error, from: caller)
            throw error
        case .accept(let verified):
            try await register(verified)
            meetings.add(caller)
            return try receipt(for: verified.act.id)
        }
    }

    func judge(_ message: [UInt8]) throws(ComityError) -> Intake.Verdict {
        let now = try now()
        return try store.read { reader in
            let intake = Intake(
                own: party, law: law, exercise: exercise, now: now,
                peer: { id in
                    try self.peers.peer(keyID: id)
                        ?? reader.formerEntries().first { $0.signingKey.keyID == id }.map(Self.retired)
                },
                knownHash: { try reader.act($0)?.hash ?? reader.proofStub($0)?.hash },
                file: { file in
                    if let removed = try reader.removedFile(id: file) { throw Self.contentRemoved(removed) }
                    return try reader.dossier(of: file)
                }, knownReference: { try reader.file($0) != nil || reader.removedFile($0) != nil }
            )
            return try intake.judge(message, with: keys.identities)
        }
    }

    /// A peer that was revoked and whose entry another has replaced since.
    private static func retired(_ entry: DirectoryEntry) -> Peer {
        Peer(entry: entry, jws: [], trust: .revoked, addedAt: entry.issuedAt, confirmedAt: nil, confirmedBy: nil)
    }

    private func register(_ verified: VerifiedAct) async throws(ComityError) {
        let now = try now()
        let act = verified.act
        let own = state
        _ = try await store.commit { writer in
            // Another delivery of the same act may have been faster.
            try writer.noteContact(act.from.state, at: now.milliseconds)
            guard try writer.reader.act(act.id) == nil else { return }
            if let removed = try writer.reader.removedFile(id: act.file) { throw Self.contentRemoved(removed) }
            try Self.keep(verified, own: own, at: now, &writer)
        }
    }

    /// Registers an act with the package that it announces or takes: one that has come, or one that is given back.
    static func keep(_ verified: VerifiedAct, own: StateCode, at now: Instant, _ writer: inout Writer) throws {
        let act = verified.act
        _ = try writer.append(verified, own: own, registered: now)
        let supplied = try announcedPackage(act)
        let known = try supplied.flatMap { try writer.reader.package($0.digest) }
        if let known, known.outgoing, known.file == act.file, known.stage == .sealed {
            try writer.setStage(ofPackage: known.digest, .supplied)
        }
        if let supplied, known == nil {
            try writer.insert(
                PackageRow(
                    digest: supplied.digest, file: act.file, name: supplied.name, size: supplied.size,
                    exhibits: supplied.exhibits, outgoing: act.from.state == own, stage: .supplied,
                    conditions: act.body["conditions"]?.array?.compactMap(\.string) ?? []),
                created: now)
        }
        let received = act.kind == .receive ? try ActBody.read(ActBody.Receive.self, from: act).package : nil
        if let received, let package = try writer.reader.package(received), package.file == act.file, package.outgoing {
            try writer.setStage(ofPackage: received, .received)
        }
    }

    /// The package that an act announces: a supply always, a disclosure when it carries one.
    private static func announcedPackage(_ act: Act) throws(ComityError) -> ActBody.PackageDescription? {
        switch act.kind {
        case .supply: try ActBody.read(ActBody.Supply.self, from: act).package
        case .disclose: try ActBody.read(ActBody.Disclose.self, from: act).package
        default: nil
        }
    }

    /// The receipt for an act in this register, against the newest checkpoint.
    func receipt(for id: UUIDv7) throws(ComityError) -> Receipt {
        // An act whose content was removed keeps its entry, and with it its receipt.
        let known = try store.read { reader in
            try reader.act(id).map { ($0.hash, $0.index) } ?? reader.proofStub(id).map { ($0.hash, $0.index) }
        }
        guard let (hash, index) = known else { throw ComityError(.notFound, "The act \(id) is not registered here.") }
        let head = try store.publish(covering: index)
        return try store.read { reader in
            let size = head.checkpoint.size
            guard index < size,
                let act = RegisteredAct(
                    hash: hash, index: index, under: head,
                    proof: try MerkleTree.inclusionProof(index: index, size: size, reading: reader.node))
            else { throw try reader.registerHold()?.error ?? ComityError(.storage, "No checkpoint covers the act \(id).") }
            return act.receipt
        }
    }

    // MARK: Packages

    public func parts(ofPackage digest: String, from caller: StateCode) async throws(ComityError) -> PackageProgress {
        var package = try announced(digest, by: caller)
        let have = try store.read { try $0.parts(ofPackage: digest).count }
        // This node may have died after the last part became durable and before it put the package together.
        if package.stage == .supplied, have == Self.partCount(package.size) {
            try await complete(package, IncomingPackage(folder: folder.incomingPackage(digest), name: package.name))
            package = try announced(digest, by: caller)
        }
        return PackageProgress(
            have: try store.read { try $0.parts(ofPackage: digest) }.sorted(), of: Self.partCount(package.size),
            complete: package.stage != .supplied)
    }

    public func receive(part number: Int, ofPackage digest: String, pieces: [ByteBuffer], from caller: StateCode)
        async throws(ComityError) -> PackageProgress
    {
        let package = try announced(digest, by: caller)
        guard package.stage == .supplied else { return try await parts(ofPackage: digest, from: caller) }
        let count = Self.partCount(package.size)
        let offset = Int64(number) * Int64(PackageProgress.partSize)
        let size = pieces.reduce(0) { $0 + $1.readableBytes }
        guard number >= 0, number < count, Int64(size) == min(Int64(PackageProgress.partSize), package.size - offset) else {
            throw ComityError(.schema, "Part \(number) of the package has the wrong number or length.")
        }
        let incoming = IncomingPackage(folder: folder.incomingPackage(digest), name: package.name)
        try await Self.aside { () throws(ComityError) in try incoming.write(pieces, at: offset) }
        _ = try await store.commit { try $0.insertPart(number, ofPackage: digest) }
        return try await parts(ofPackage: digest, from: caller)
    }

    /// Takes one part from memory.
    public func receive(part number: Int, ofPackage digest: String, bytes: [UInt8], from caller: StateCode) async throws(ComityError)
        -> PackageProgress
    {
        try await receive(part: number, ofPackage: digest, pieces: [ByteBuffer(bytes: bytes)], from: caller)
    }

    /// All parts are there. Whether they are the package that was announced is for verification to say.
    private func complete(_ package: PackageRow, _ incoming: IncomingPackage) async throws(ComityError) {
        try incoming.finish()
        let arrived = try event(.arrived, file: package.file, by: "node", detail: ["package": .string(package.digest)])
        _ = try await store.commit { writer in
            // Two parts may have been the last one.
            guard try writer.reader.package(package.digest)?.stage == .supplied else { return }
            try writer.setStage(ofPackage: package.digest, .complete)
            try writer.append(arrived)
        }
    }

    private func announced(_ digest: String, by caller: StateCode) throws(ComityError) -> PackageRow {
        let found = try store.read { reader -> PackageRow? in
            guard let package = try reader.package(digest), !package.outgoing,
                try reader.file(id: package.file)?.counterparts.contains(caller) == true
            else { return nil }
            return package
        }
        guard let found else {
            throw ComityError(.notFound, "No act of \(caller) has announced this package.", next: "Deliver the act that supplies it first.")
        }
        return found
    }

    static func partCount(_ size: Int64) -> Int { Int((size + Int64(PackageProgress.partSize) - 1) / Int64(PackageProgress.partSize)) }
}

extension Node {
    /// The listener for other nodes, ready to run.
    public func exchangeApplication(
        logger: Logger, onRunning: @escaping @Sendable (Int) async -> Void
    ) throws(ComityError) -> some ApplicationProtocol {
        try ExchangeServer.application(
            handler: self, certificate: keys.tls, host: configuration.exchange.host, port: configuration.exchange.port, logger: logger,
            onRunning: onRunning)
    }
}
