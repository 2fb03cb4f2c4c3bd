// SPDX-License-Identifier: Apache-2.0

/// A package that has been sealed and is durable on the disk.
public struct SealedPackage: Sendable {
    /// Where it is.
    public let path: String
    /// Bytes of the sealed file.
    public let size: Int64
    /// SHA-256 of the sealed file, lower-case hexadecimal.
    public let sha256: String
    /// What was signed.
    public let statement: PackageStatement
    /// SHA-256 of the exact signed payload bytes of the statement, lower-case hexadecimal.
    public let statementHash: String
}
