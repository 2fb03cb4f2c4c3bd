// SPDX-License-Identifier: Apache-2.0

/// States of a file. What the people see; the codes are stable.
public enum FileState: String, Sendable, Codable, CaseIterable {
    /// Not an act yet: being written, waiting for the second person.
    case draft
    /// Approved by a second person, not sent.
    case authorised
    /// Signed and registered here, not yet receipted by the other State.
    case sent
    /// In both registers.
    case delivered
    /// A person of the requested State has it.
    case acknowledged
    /// Data are preserved and the clock runs.
    case preserved
    /// Preserved, and kept until the linked request is decided.
    case held
    /// The clock ran out without a follow-up.
    case lapsed
    /// The requested State has supplied a package.
    case returned
    /// The requesting State has verified it.
    case received
}

/// What may follow what, on which side: one table a type, exhaustive, in a file of its own.
public struct LifeCycle: Sendable {
    public struct Transition: Sendable {
        public let kind: ActKind
        public let side: Side
        public let from: Set<FileState>
        public let to: FileState
        /// Roles of officers who may take the step.
        public let roles: Set<String>
    }

    public let type: FileType
    public let transitions: [Transition]

    /// The transition that an act of `kind` takes from `state`, or nil.
    public func transition(_ kind: ActKind, from state: FileState) -> Transition? {
        transitions.first { $0.kind == kind && $0.from.contains(state) }
    }

    /// The side that acts of this kind belong to, or nil when the type has no such act.
    public func side(of kind: ActKind) -> Side? { transitions.first { $0.kind == kind }?.side }

    /// States in which nothing more is owed by anyone.
    public var finalStates: Set<FileState> {
        let left = Set(transitions.flatMap(\.from))
        return Set(transitions.map(\.to)).subtracting(left)
    }
}
