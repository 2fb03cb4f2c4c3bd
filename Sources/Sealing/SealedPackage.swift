// SPDX-License-Identifier: Apache-2.0

/// A package that has been sealed and is durable on the disk.
public struct SealedPackage: Sendable {
    /// Where it is.
    public let path: String
    /// Bytes of the sealed file.
    public let size: Int64
    /// What names the package: SHA-256 of the exact signed payload bytes of its statement, lower-case hexadecimal. The same for whomever
    /// it is sealed to, and checkable after opening.
    public let digest: String
    /// What was signed.
    public let statement: PackageStatement
}
