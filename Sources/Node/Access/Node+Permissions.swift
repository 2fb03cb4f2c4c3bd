// SPDX-License-Identifier: Apache-2.0

import Dossier
public import Standards
import Storage

extension Node {
    /// What a program may do at most in this task, by its token; nil for a person.
    @TaskLocal static var scopes: Set<Permission>?

    /// What a role may do, and the token of the program, if one acts.
    static func permissions(ofRole role: String) -> Set<Permission> {
        let permissions = Permission.of(role: role)
        return scopes.map(permissions.intersection) ?? permissions
    }

    private static func outOfScope(_ permission: Permission, to step: String) -> ComityError {
        ComityError(
            .permission, "The token does not allow to \(step).", why: "It lacks the scope \(permission.rawValue).",
            next: "Use a token with this scope.")
    }

    /// Whether an officer may do something; nil is the node's owner on the command line, who has its keys.
    public func may(_ officer: String?, _ permission: Permission) throws(ComityError) -> Bool {
        guard let officer else { return true }
        return Self.permissions(ofRole: try role(of: officer)).contains(permission)
    }

    /// - Parameter step: what is wanted, as in “D1 is auditor and cannot …”.
    /// - Throws: `.permission` for somebody who may not.
    func authorise(_ officer: String?, _ permission: Permission, to step: String) throws(ComityError) {
        guard let officer else { return }
        _ = try require(officer, permission, to: step)
    }

    /// - Returns: the role of the officer.
    func require(_ officer: String, _ permission: Permission, to step: String) throws(ComityError) -> String {
        let role = try role(of: officer)
        guard Self.permissions(ofRole: role).contains(permission) else {
            guard !Permission.of(role: role).contains(permission) else { throw Self.outOfScope(permission, to: step) }
            throw ComityError(
                .permission, "\(officer) is \(role) and cannot \(step).", why: Self.reason(role),
                next: "Ask an officer with the role \(permission.roles.joined(separator: " or ")).")
        }
        return role
    }

    private static func reason(_ role: String) -> String {
        switch role {
        case "administrator": "An administrator keeps accounts and the machine. Files and acts are for the officers of the authority."
        case "auditor": "An auditor sees references, states, clocks and the register, and changes nothing."
        default: ""
        }
    }

    /// How much of a file an officer sees.
    enum Sight: Sendable { case whole, metadata }

    /// - Throws: `.permission` for somebody who sees no files.
    func sight(of officer: String?, on ref: FileReference? = nil) throws(ComityError) -> Sight {
        guard let officer else { return .whole }
        let role = try require(officer, .readMetadata, to: "see files")
        let permissions = Self.permissions(ofRole: role)
        if permissions.contains(.readContent) { return .whole }
        guard let ref, permissions.contains(.breakGlass), try glassIsBroken(ref, officer: officer) else { return .metadata }
        return .whole
    }

    /// Content itself, for use cases that show nothing less.
    func requireContent(of ref: FileReference, officer: String?, to step: String) throws(ComityError) {
        guard let officer, try sight(of: officer, on: ref) == .metadata else { return }
        throw ComityError(
            .permission, "\(officer) is \(try role(of: officer)) and cannot \(step).",
            why: "Content is for the officers of the file.",
            next: "If an audit needs it, break the glass with a reason; it is registered.")
    }
}
