// SPDX-License-Identifier: Apache-2.0

public import Standards

/// The first member of a backup: what the others must be (docs/formats/backup.md).
public struct BackupManifest: Sendable, Codable, Equatable {
    /// One file of the data folder.
    public struct Member: Sendable, Codable, Equatable {
        /// Relative to the data folder, `/` between components.
        public let path: String
        /// Bytes.
        public let size: Int64
        /// Lower-case hexadecimal.
        public let sha256: String
    }

    /// The name of the member.
    public static let path = "manifest.json"
    /// The only value of `format`.
    public static let format = "comity-backup/1"
    /// Most bytes of a manifest that are read.
    static let limit = 256 << 20

    public let format: String
    /// The State and the short id of the authority whose node it is.
    public let state: String
    public let authority: String
    public let exercise: Bool
    /// When the copy of the database was taken, by the clock of the node.
    public let time: Instant
    /// Program and version.
    public let tool: String
    /// Entries of the register in the database.
    public let registerSize: Int64
    /// Its root, lower-case hexadecimal.
    public let root: String
    /// The newest signed checkpoint in it; nil for a register without one.
    public let checkpoint: String?
    /// The key that signed it, as a `vkey`.
    public let registerKey: String
    /// False: the bytes of packages and uploads were left out on purpose.
    public let packages: Bool
    /// In the order in which they follow.
    public let members: [Member]

    /// Bytes of all members.
    public var content: Int64 { members.reduce(0) { $0 + $1.size } }
}

/// How long a backup may be old, and a drill ago, before `comity doctor` warns.
enum BackupLimits {
    static let backupDays: Int64 = 7
    static let drillDays: Int64 = 90
    static let day: Int64 = 86_400_000
    /// What every backup's name ends with.
    static let suffix = ".backup.tar.age"
    static let database = "comity.sqlite"
}
