// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
public import Standards
import Storage

/// What a new node still needs, computed from what is there.
public struct GettingStarted: Sendable, Equatable {
    public enum Task: String, Sendable, CaseIterable {
        /// Two administrators, so that one who loses the telephone is not locked out.
        case administrators
        /// Telephone and e-mail of the authority.
        case authority
        /// Somebody who drafts and another who approves, both enrolled.
        case officers
        /// Another State's key was compared.
        case peer
        /// A copy of the data folder lies elsewhere.
        case backup
        /// The first draft or request.
        case file
    }

    /// The tasks that are done.
    public let done: Set<Task>

    public var isDone: Bool { done.count == Task.allCases.count }
}

extension Node {
    /// What is done of the first steps. It names nobody and no file, so every officer may see it.
    public func gettingStarted() throws(ComityError) -> GettingStarted {
        let (accounts, peers, hasFiles, backup) = try store.read { reader in
            (
                try reader.accounts().filter { $0.state == Account.State.active.rawValue }, try reader.peers(),
                try reader.hasFiles() || !reader.drafts().isEmpty, try reader.events([.backupNoted, .backupMade], limit: 1)
            )
        }
        let drafting = accounts.filter { Permission.of(role: $0.role).contains(.draft) }
        let approving = accounts.filter { Permission.of(role: $0.role).contains(.approve) }
        let authority = configuration.authority
        let facts: [(GettingStarted.Task, Bool)] = [
            (.administrators, accounts.count { Permission.of(role: $0.role).contains(.administer) } > 1),
            (.authority, authority.phone != nil && authority.email != nil),
            // No role drafts and approves, so these are two people.
            (.officers, !drafting.isEmpty && !approving.isEmpty), (.peer, peers.contains { $0.trust == .confirmed }),
            (.backup, !backup.isEmpty), (.file, hasFiles),
        ]
        return GettingStarted(done: Set(facts.filter(\.1).map(\.0)))
    }

    /// A copy of the data folder, as an administrator noted it or `comity backup create` made it.
    public struct NotedBackup: Sendable, Equatable {
        public let at: Instant
        public let by: String
        /// Where it lies, in the administrator's words, or the name of the file.
        public let place: String
    }

    /// The backups that were noted or made, newest first.
    public func notedBackups(officer: String?, limit: Int = 20) throws(ComityError) -> [NotedBackup] {
        try authorise(officer, .administer, to: "see the backups")
        return try store.read { try $0.events([.backupNoted, .backupMade], limit: limit) }.map {
            NotedBackup(at: local($0.at), by: $0.by, place: $0.detail["place"]?.string ?? $0.detail["name"]?.string ?? "")
        }
    }

    /// Notes that the data folder was copied, so that health can say how old the last backup is. Nothing is copied or checked.
    /// - Parameter place: where it lies, 3 to 200 characters.
    public func noteBackup(place: String, by administrator: String?) async throws(ComityError) {
        try authorise(administrator, .administer, to: "note a backup")
        let place = place.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard (3...200).contains(place.count), Text.safe(place) == place else {
            throw ComityError(.usage, "Where the copy lies needs 3 to 200 characters.", next: "For example: disk 2 in the safe of room 14.")
        }
        let event = try event(.backupNoted, file: nil, by: administrator ?? "node", detail: ["place": .string(place)])
        _ = try await store.commit { try $0.append(event) }
    }
}

extension Node {
    /// - Throws: `.permission` for somebody who is no administrator.
    public func requireAdministrator(_ officer: String) throws(ComityError) {
        try authorise(officer, .administer, to: "administer the node")
    }
}
