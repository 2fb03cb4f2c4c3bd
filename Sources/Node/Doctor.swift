// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Law
public import Standards
import Storage

/// One thing `comity doctor` looked at.
public struct DoctorCheck: Sendable, Codable {
    public enum Grade: String, Sendable, Codable { case ok, warn, bad }

    public let name: String
    public let grade: Grade
    public let says: String
    /// What to do; empty when all is well.
    public let fix: String
}

extension Node {
    /// What is well and what is not, each in a sentence, for an administrator or whoever may read the register; nil is the
    /// node's owner.
    public func doctor(officer: String?) throws(ComityError) -> [DoctorCheck] {
        if try !may(officer, .readRegister) { try authorise(officer, .administer, to: "examine the node") }
        return try doctor()
    }

    /// What is well and what is not, each in a sentence.
    func doctor() throws(ComityError) -> [DoctorCheck] {
        var checks: [DoctorCheck] = []
        func add(_ name: String, _ grade: DoctorCheck.Grade, _ says: String, _ fix: String = "") {
            checks.append(DoctorCheck(name: name, grade: grade, says: says, fix: fix))
        }
        let integrity = try store.read { try $0.integrity() }
        add(
            "database", integrity == "ok" ? .ok : .bad, integrity == "ok" ? "whole" : integrity,
            integrity == "ok" ? "" : "Stop the node and restore a backup.")
        let synchronous = try store.writerSynchronous()
        add("durability", synchronous == 2 ? .ok : .bad, "synchronous is \(synchronous == 2 ? "FULL" : "\(synchronous)") on the writer")
        add("rules", .ok, law.instruments.map { "\($0.id) \($0.version), \($0.rules.count) rules" }.joined(separator: "; "))
        let unsafe = Self.looseKeys(in: folder.keysPath)
        add(
            "keys", unsafe.isEmpty ? .ok : .bad,
            unsafe.isEmpty ? "readable by the owner only" : "others can read \(unsafe.joined(separator: ", "))",
            unsafe.isEmpty ? "" : "chmod 600 \(folder.keysPath)/*.key")
        let officers = try store.read { try $0.officers() }
        let canApprove = officers.filter { Roles.approve.contains($0.value) }.keys
        let fourEyes = officers.contains { Roles.draft.contains($0.value) } && !canApprove.isEmpty
        add(
            "officers", fourEyes ? .ok : .warn, "\(officers.count) registered",
            fourEyes ? "" : "Four eyes need one who drafts and one who approves.")
        let peers = try listPeers()
        let confirmed = peers.filter { $0.trust == .confirmed }
        add(
            "peers", confirmed.isEmpty ? .warn : .ok,
            peers.isEmpty ? "none" : peers.map { "\($0.entry.state) \($0.trust.rawValue)" }.joined(separator: ", "),
            confirmed.isEmpty ? "comity trust add FILE, then comity trust confirm STATE" : "")
        let waiting = try store.read { try $0.waiting() }
        let stuck = waiting.filter { $0.attempts > 3 }
        add(
            "delivery", stuck.isEmpty ? .ok : .warn,
            waiting.isEmpty ? "nothing waits" : "\(waiting.count) waiting, \(stuck.count) tried more than three times",
            stuck.isEmpty ? "" : stuck.compactMap(\.says).first ?? "")
        let quarantined = try store.read { try $0.quarantine() }
        add(
            "quarantine", quarantined.isEmpty ? .ok : .warn,
            quarantined.isEmpty ? "empty" : "\(quarantined.count) messages were not believed",
            quarantined.isEmpty
                ? "" : "Look at them before you trust their sender: " + Set(quarantined.map(\.code)).sorted().joined(separator: ", "))
        let free = (try? FileManager.default.attributesOfFileSystem(forPath: folder.path)[.systemFreeSize] as? NSNumber)?.int64Value ?? 0
        add(
            "disk", free > 1 << 30 ? .ok : .warn, "\(free >> 20) MiB free",
            free > 1 << 30 ? "" : "Free some space: acts are refused when the disk is full.")
        add("clock", .ok, exercise ? "exercise clock: \(try now())" : "\(try now())")
        if !configuration.desk.isLoopback {
            add(
                "desk", .bad, "the desk listens on \(configuration.desk), which others can reach",
                "This version has no sign-in: keep it on 127.0.0.1.")
        }
        return checks
    }

    private static func looseKeys(in folder: String) -> [String] {
        ["root.key", "signing.key", "sealing.key", "register.key", "tls.key", "access.key"].filter { name in
            let mode =
                (try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
            return mode & 0o077 != 0
        }
    }
}
