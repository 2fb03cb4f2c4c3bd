// SPDX-License-Identifier: Apache-2.0

import Glibc
import Standards

/// A new file inside a tree that is not published yet: no fsync of its own, the tree is made durable as a whole.
final class PlainFileSink: ByteSink {
    private let path: String
    private var descriptor: Int32

    init(path: String) throws(ComityError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemFailure.error("create", path) }
        self.path = path
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ComityError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw SystemFailure.error("write", path)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// Closes, so that a late error is seen.
    func end() throws(ComityError) {
        let open = descriptor
        descriptor = -1
        guard close(open) == 0 else { throw SystemFailure.error("write", path) }
    }

    /// Creates the folders above `path`, of which `known` exist already.
    static func createFolders(above path: String, known: inout Set<String>) throws(ComityError) {
        let folder = DurableFile.split(path).folder
        guard !known.contains(folder) else { return }
        try createFolders(above: folder, known: &known)
        guard mkdir(folder, 0o700) == 0 else { throw SystemFailure.error("create", folder) }
        known.insert(folder)
    }
}
