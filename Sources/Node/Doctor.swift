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
        let isKept = MachineClock.now() != .free
        add(
            "clock", isKept || exercise ? .ok : .warn,
            (exercise ? "exercise clock: \(try now())" : "\(try now())") + (isKept ? "" : ", corrected by no time service"),
            isKept || exercise ? "" : "Let a time service keep it (chrony, systemd-timesyncd): acts and time limits depend on it.")
        let accounts = try store.read { try $0.accounts() }
        let active = accounts.count { $0.state == Account.State.active.rawValue }
        add(
            "accounts", active > 0 ? .ok : .warn, "\(active) of \(accounts.count) in use",
            active > 0 ? "" : "Open the desk and give the set-up code that comity serve prints.")
        checks += try backupChecks()
        let browsers = [("desk", configuration.desk, "desk"), ("public pages", configuration.publicPages, "publicPages")]
        checks += browsers.compactMap { name, listener, member in listener.flatMap { browserCheck(name, $0, member: member) } }
        if let check = try timeStampCheck() { checks.append(check) }
        checks += try witnessChecks()
        checks += try directoryChecks()
        return checks
    }

    /// The time stamping service, when one is configured.
    private func timeStampCheck() throws(ComityError) -> DoctorCheck? {
        guard let service = timeStampService else { return nil }
        do throws(ComityError) { _ = try service.roots() } catch {
            return DoctorCheck(name: "time-stamps", grade: .bad, says: error.what, fix: error.next)
        }
        let owed = try store.read { try $0.owedTimeStamps() }
        return DoctorCheck(
            name: "time-stamps", grade: owed.stuck == 0 ? .ok : .warn,
            says: owed.all == 0 ? "none is owed" : "\(owed.all) owed, \(owed.stuck) asked for more than three times",
            fix: owed.stuck == 0 ? "" : "See what the service says: comity evidence timestamp REF --as OFFICER")
    }

    /// A listener for browsers: nil when it is for this machine only and in the clear, which is fine.
    private func browserCheck(_ name: String, _ listener: NodeConfiguration.Listener, member: String) -> DoctorCheck? {
        guard let tls = listener.tls else {
            return listener.isLoopback
                ? nil
                : DoctorCheck(
                    name: name, grade: .bad, says: "it listens on \(listener) without TLS, and will not start",
                    fix: "Give it a certificate in node.json (\(member).tls), or keep it on 127.0.0.1.")
        }
        let key = folder.resolve(tls.key)
        let mode = (try? FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? NSNumber)?.intValue
        guard let mode, FileManager.default.isReadableFile(atPath: folder.resolve(tls.certificate)) else {
            return DoctorCheck(
                name: name, grade: .bad, says: "its certificate or key cannot be read",
                fix: "Look at \(member).tls in node.json: \(tls.certificate), \(tls.key)")
        }
        let isClosed = mode & 0o077 == 0
        return DoctorCheck(
            name: name, grade: isClosed ? .ok : .warn, says: isClosed ? "TLS on \(listener)" : "others can read its key",
            fix: isClosed ? "" : "chmod 600 \(key)")
    }

    private static func looseKeys(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".key") }.sorted().filter { name in
            let mode =
                (try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
            return mode & 0o077 != 0
        }
    }
}
