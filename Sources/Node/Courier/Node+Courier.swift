// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import NIOCore
import Register
import Sealing
public import Standards
import Storage
import Transport

extension Node {
    /// The States to which something is owed.
    public func owedStates() throws(ComityError) -> [StateCode] {
        let due = try store.read { reader in
            try reader.waiting().map(\.peer)
                + peers.all().map(\.entry.state).filter { try !reader.courierReceiptsDue($0, limit: 1).isEmpty }
        }
        return Set(due).sorted { $0.description < $1.description }
    }

    /// What was written for a courier.
    public struct CourierExport: Sendable {
        public let to: StateCode
        /// The volumes, in order.
        public let paths: [String]
        public let acts: Int
        public let receipts: Int
        public let packages: Int
        /// Bytes of all volumes' contents.
        public let size: Int64
    }

    /// Writes everything that is owed to a peer into volumes: acts, receipts for what came by courier, and packages in parts.
    ///
    /// Nothing is taken off the list of what is owed: the same may go over the wire too, and each counts once. Every volume holds all
    /// acts, so that they can be imported in any order.
    /// - Parameters:
    ///   - folder: an existing folder, on the disk or stick.
    ///   - volumeSize: most bytes of a volume, at least 32 MiB.
    /// - Throws: `.usage`, `.wrongState` when nothing is owed, `.permission`, `.storage`.
    public func exportBundle(
        to peer: StateCode, folder: String, volumeSize: Int64, officer: String?, check: () throws(ComityError) -> Void = {}
    ) async throws(ComityError) -> CourierExport {
        guard volumeSize >= 32 << 20 else { throw ComityError(.usage, "A volume has at least 32 MiB.") }
        let recipient = try AgeRecipient(try confirmedPeer(peer).entry.sealing)
        let (rows, acts, due, complete) = try store.read { reader in
            let rows = try reader.waiting().filter { $0.peer == peer }
            return (
                rows, try rows.filter { $0.kind == .act }.prefix(CourierVolume.mostMessages).compactMap { try reader.act($0.ref) },
                try reader.courierReceiptsDue(peer, limit: CourierVolume.mostMessages), try reader.arrivedPackages(limit: 1000)
            )
        }
        var messages: [CourierVolume.Content] = []
        for (number, act) in acts.enumerated() {
            let sealed = ByteBuffer(bytes: try Age.encrypt(act.jws, to: [recipient]))
            messages.append(.init(path: "acts/\(number + 1).age", size: Int64(sealed.readableBytes)) { sealed })
        }
        for act in due {
            let bytes = ByteBuffer(bytes: try IJSON.encode(try receipt(for: act)))
            messages.append(.init(path: "receipts/\(act).json", size: Int64(bytes.readableBytes)) { bytes })
        }
        let packages = try store.read { reader in
            try rows.filter { $0.kind == .package }.compactMap { try reader.package($0.ref) }
        }
        guard !messages.isEmpty || !packages.isEmpty else {
            throw ComityError(.wrongState, "Nothing is owed to \(peer).", next: "There is nothing to carry.")
        }
        let volumes = volumes(messages, packages.flatMap { parts(of: $0) }, volumeSize)
        let (now, own) = (try now(), state)
        let id = newID(at: now)
        var paths: [String] = []
        do throws(ComityError) {
            for (index, contents) in volumes.enumerated() {
                paths.append(
                    try CourierVolume.write(
                        contents, to: folder, key: keys.signing,
                        list: { items in
                            .init(
                                v: 1, id: id, from: own, to: peer, number: index + 1, of: volumes.count, at: now, exercise: exercise,
                                complete: complete, items: items)
                        }, check: check))
            }
        } catch {
            for path in paths { try? FileManager.default.removeItem(atPath: path) }
            throw error
        }
        let event = try event(
            .bundleExported, file: nil, by: officer ?? "node",
            detail: [
                "peer": .string(peer.description), "bundle": .string(id.description), "volumes": .integer(Int64(volumes.count)),
                "acts": .integer(Int64(acts.count)), "packages": .integer(Int64(packages.count)),
            ])
        _ = try await store.commit { try $0.append(event) }
        return CourierExport(
            to: peer, paths: paths, acts: acts.count, receipts: due.count, packages: packages.count,
            size: volumes.reduce(0) { $0 + $1.reduce(0) { $0 + $1.size } })
    }

    /// All messages in each volume, and as many parts as fit.
    private func volumes(_ messages: [CourierVolume.Content], _ parts: [CourierVolume.Content], _ size: Int64) -> [[CourierVolume.Content]]
    {
        // A header, its padding, and a line of the list for each entry.
        func cost(_ content: CourierVolume.Content) -> Int64 { content.size + 1024 + 300 }
        let fixed = messages.reduce(Int64(1 << 20)) { $0 + cost($1) }
        var volumes: [[CourierVolume.Content]] = []
        var current = messages
        var filled = fixed
        for part in parts {
            if filled + cost(part) > size, current.count > messages.count {
                volumes.append(current)
                (current, filled) = (messages, fixed)
            }
            current.append(part)
            filled += cost(part)
        }
        return volumes + [current]
    }

    private func parts(of package: PackageRow) -> [CourierVolume.Content] {
        let path = folder.outgoingPackages + "/" + package.name
        return (0..<Self.partCount(package.size)).map { number in
            let offset = Int64(number) * Int64(PackageProgress.partSize)
            let count = min(Int64(PackageProgress.partSize), package.size - offset)
            return .init(path: "parts/\(package.digest)/\(number)", size: count) { () throws(ComityError) in
                try Delivery.part(path, offset: offset, count: Int(count))
            }
        }
    }

    // MARK: Import

    /// What a volume brought.
    public struct CourierImport: Sendable {
        public var from: StateCode
        public var bundle: UUIDv7
        public var number: Int
        public var of: Int
        public var acts = 0
        public var receipts = 0
        public var parts = 0
        /// Packages that are whole now, by name.
        public var complete: [String] = []
        /// Sentences about what was not believed, or has to wait for another volume or message.
        public var refused: [String] = []
    }

    /// Takes in a volume: judged like what comes over the wire, in any order, as often as one likes.
    /// - Throws: `.schema`, `.unknownKey`, `.badSignature`, `.wrongRecipient`, `.exerciseMismatch`; `.verificationFailed` when the volume
    ///   is damaged: what stood before the damage is taken, nothing behind it.
    public func importVolume(_ path: String, officer: String?, check: () throws(ComityError) -> Void = {}) async throws(ComityError)
        -> CourierImport
    {
        let book = peers.all()
        let volume = try CourierVolume(path: path) { sender, keyID in
            book.first { $0.entry.state == sender && $0.trust == .confirmed }?.entry.asSigned(by: keyID).signingKey
        }
        let list = volume.list
        guard list.to == state else {
            throw ComityError(.wrongRecipient, "\(path) is for \(list.to), and this node is of \(state).", next: "Give it to \(list.to).")
        }
        guard list.exercise == exercise else {
            throw ComityError(.exerciseMismatch, "\(path) is \(list.exercise ? "an exercise" : "no exercise"), and this node is not.")
        }
        var report = CourierImport(from: list.from, bundle: list.id, number: list.number, of: list.of)
        var waiting: [[UInt8]] = []
        var failure: ComityError?
        do throws(ComityError) {
            var index = 0
            while let (item, bytes) = try volume.next(index) {
                try check()
                index += 1
                if item.path.hasPrefix("acts/") {
                    waiting.append(Array(bytes.readableBytesView))
                } else {
                    // Acts stand first; what follows may need them.
                    try await takeMessages(&waiting, from: list.from, &report)
                    try await take(item.path, bytes, from: list.from, &report)
                }
            }
        } catch { failure = error }
        try await takeMessages(&waiting, from: list.from, &report)
        for _ in waiting { report.refused.append("An act waits for one before it, which is not in this volume.") }
        try await settle(list.complete, from: list.from)
        let event = try event(
            .bundleImported, file: nil, by: officer ?? "node",
            detail: [
                "peer": .string(list.from.description), "bundle": .string(list.id.description), "volume": .integer(Int64(list.number)),
                "acts": .integer(Int64(report.acts)), "parts": .integer(Int64(report.parts)),
            ])
        _ = try await store.commit { try $0.append(event) }
        if let failure { throw failure }
        return report
    }

    /// Takes messages until none goes on; one whose predecessor comes later is tried again.
    private func takeMessages(_ waiting: inout [[UInt8]], from sender: StateCode, _ report: inout CourierImport) async throws(ComityError) {
        var before = Int.max
        while !waiting.isEmpty, waiting.count < before {
            before = waiting.count
            var later: [[UInt8]] = []
            for message in waiting {
                do throws(ComityError) {
                    let receipt = try await receive(message, from: sender)
                    let now = try now()
                    _ = try await store.commit { try $0.noteCourier(entry: receipt.index, peer: sender, at: now) }
                    report.acts += 1
                } catch {
                    switch error.code {
                    case .predecessorMissing: later.append(message)
                    case .storage, .failure, .interrupted: throw error
                    default: report.refused.append("An act was refused, \(error.code.rawValue): \(error.what)")
                    }
                }
            }
            waiting = later
        }
    }

    private func take(_ path: String, _ bytes: ByteBuffer, from sender: StateCode, _ report: inout CourierImport) async throws(ComityError)
    {
        let parts = path.split(separator: "/").map(String.init)
        do throws(ComityError) {
            switch (parts.first, parts.count) {
            case ("receipts", 2):
                let id = try UUIDv7(String(parts[1].prefix { $0 != "." }))
                let receipt = try IJSON.decode(Receipt.self, from: Array(bytes.readableBytesView), limit: Receipt.limit)
                if try await takeReceipt(receipt, for: id, from: sender) { report.receipts += 1 }
            case ("parts", 3):
                guard let number = Int(parts[2]) else { throw ComityError(.schema, "\(path) is not a part.") }
                let progress = try await receive(part: number, ofPackage: parts[1], pieces: [bytes], from: sender)
                report.parts += 1
                if progress.complete, let package = try store.read({ try $0.package(parts[1]) }), !report.complete.contains(package.name) {
                    report.complete.append(package.name)
                }
            default: throw ComityError(.schema, "\(Text.safe(path, limit: 80)) is nothing that this version knows.")
            }
        } catch {
            switch error.code {
            case .storage, .failure, .interrupted: throw error
            default: report.refused.append("\(Text.safe(path, limit: 120)) was not taken, \(error.code.rawValue): \(error.what)")
            }
        }
    }

    /// - Returns: whether the receipt was still awaited.
    private func takeReceipt(_ receipt: Receipt, for id: UUIDv7, from sender: StateCode) async throws(ComityError) -> Bool {
        let (stored, row) = try store.read { reader in
            (try reader.act(id), try reader.outbox(.act, id.description).first { $0.peer == sender && $0.stage == .waiting })
        }
        guard let stored, let row else { return false }
        try await register(receipt, for: stored, from: try confirmedPeer(sender), row: row.id)
        return true
    }

    /// Packages that the other State has whole are owed no longer.
    private func settle(_ complete: [String], from sender: StateCode) async throws(ComityError) {
        let rows = try store.read { try $0.waiting() }.filter { $0.peer == sender && $0.kind == .package && complete.contains($0.ref) }
        for row in rows { _ = try await store.commit { try $0.finish(row.id, .delivered) } }
    }
}
