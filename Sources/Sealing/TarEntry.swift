// SPDX-License-Identifier: Apache-2.0

/// One entry of a tar archive, already found harmless: a regular file or a folder with a plain relative path.
public struct TarEntry: Sendable, Equatable {
    /// What it is; nothing else is accepted.
    public enum Kind: Sendable, Equatable {
        case file, folder
    }

    /// Relative, `/` between components, no trailing `/`.
    public let path: String
    /// File or folder.
    public let kind: Kind
    /// Bytes of content.
    public let size: Int64
    /// Seconds since 1970.
    public let modified: Int64
    /// The nine permission bits.
    public let mode: Int
    /// Where the content begins in the archive, in bytes.
    public let offset: Int64
}
