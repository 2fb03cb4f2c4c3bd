// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Standards

/// A folder that gets its name only when all of it is on the disk (the order of steps: ``DurableFile``).
///
/// Owns one `.partial-…` folder, mode 0700. Letting go of it without ``publish(as:)`` removes it with all that is in it. One task at
/// a time.
public final class UnfinishedFolder: @unchecked Sendable {
    /// Where it is being written.
    public let path: String
    private let folder: String
    private var isOpen = true

    /// - Parameter folder: where the finished folder is to stand; it exists.
    /// - Throws: `.notFound`, `.permission`, `.storage`.
    public init(in folder: String) throws(ComityError) {
        path = DurableFile.partialPath(in: folder)
        self.folder = folder
        guard mkdir(path, 0o700) == 0 else { throw SystemFailure.error("create a folder in", folder) }
    }

    deinit { discard() }

    /// Removes it with all that is in it; does nothing after ``publish(as:)``.
    public func discard() {
        guard isOpen else { return }
        isOpen = false
        DurableFile.removeTree(path)
    }

    /// - Throws: `.alreadyExists` when the name is taken.
    public func requireFree(_ name: String) throws(ComityError) {
        guard access("\(folder)/\(name)", F_OK) != 0 else { throw SystemFailure.error("create", "\(folder)/\(name)", errno: EEXIST) }
    }

    /// A folder in it.
    /// - Throws: `.alreadyExists`, `.storage`.
    public func makeFolder(_ name: String) throws(ComityError) {
        guard mkdir("\(path)/\(name)", 0o700) == 0 else { throw SystemFailure.error("create", "\(path)/\(name)") }
    }

    /// A file in it, mode 0600.
    /// - Throws: `.alreadyExists`, `.storage`.
    public func write(_ bytes: [UInt8], to name: String) throws(ComityError) {
        let sink = try PlainFileSink(path: "\(path)/\(name)")
        var failure: ComityError?
        bytes.withUnsafeBytes { buffer in
            do throws(ComityError) { try sink.write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        try sink.end()
    }

    /// Makes it durable and gives it its name. Once.
    /// - Returns: the path of the finished folder.
    /// - Throws: `.alreadyExists`, `.storage`; call ``discard()`` then, or let go.
    public func publish(as name: String) throws(ComityError) -> String {
        guard isOpen else { throw ComityError(.failure, "\(name) was published twice.") }
        try DurableFile.syncTree(path)
        try DurableFile.publish(tree: path, as: "\(folder)/\(name)")
        isOpen = false
        return "\(folder)/\(name)"
    }
}
