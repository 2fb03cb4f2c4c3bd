// SPDX-License-Identifier: Apache-2.0

import Dossier

/// What an officer may do, by role. Which step of which file, the life cycle says on top of it.
public enum Permission: String, Sendable, CaseIterable, Codable {
    /// References, States, states and clocks of files, without what was written in them.
    case readMetadata
    /// What was written in files and drafts.
    case readContent
    case draft
    /// The second person of the four eyes.
    case approve
    case send
    /// Takes steps in files, as far as the life cycle allows the role.
    case answer
    case seal
    case openEvidence
    /// The register, its audit, and what was not believed.
    case readRegister
    /// Accounts and the machine.
    case administer
    /// Confirms and revokes the keys of other States.
    case trust
    case roster
    /// Reads a file all the same, with a reason that is registered.
    case breakGlass
}

extension Permission {
    private static let desk: Set<Permission> = [.readMetadata, .readContent, .answer, .readRegister]
    private static let evidence: Set<Permission> = [.seal, .openEvidence]

    /// The table: role by role. `Roles` says the same of single steps, and a test compares them.
    static let table: [String: Set<Permission>] = [
        "duty_officer": desk.union(evidence).union([.draft, .send, .trust]),
        "second_officer": desk.union([.draft, .send, .trust]),
        "drafter": desk.union([.draft, .send]),
        "lawyer": desk.union(evidence).union([.draft, .send]),
        "prosecutor": desk.union([.draft, .send]),
        "investigator": desk.union(evidence),
        "approver": desk.union([.approve, .send, .trust]),
        "supervisor": desk.union([.approve, .send, .trust, .roster]),
        "head": desk.union([.approve, .send, .trust, .roster]),
        "screening_panel": desk.union([.approve, .send]),
        "asset_officer": desk.union(evidence).union([.draft, .send]),
        "examiner": desk.union(evidence),
        // Sees that everything is in order, not what it is about.
        "auditor": [.readMetadata, .readRegister, .breakGlass],
        // Keeps accounts and the machine; no files, no acts.
        "administrator": [.administer, .roster],
    ]

    /// What a role may do; nothing for a role that is unknown.
    public static func of(role: String) -> Set<Permission> { table[role] ?? [] }

    /// Roles that may do this, in the order of `Roles.all`.
    public var roles: [String] { Roles.all.filter { Self.of(role: $0).contains(self) } }
}
