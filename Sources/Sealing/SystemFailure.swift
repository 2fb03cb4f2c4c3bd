// SPDX-License-Identifier: Apache-2.0

import Glibc
import Standards

/// Turns `errno` into an error for people.
enum SystemFailure {
    /// - Parameters:
    ///   - doing: what was tried, for example `read`.
    ///   - path: what it was tried on.
    static func error(_ doing: String, _ path: String, errno number: Int32 = errno) -> ComityError {
        let reason = String(cString: strerror(number))
        let what = "Cannot \(doing) \(path)."
        return switch number {
        case ENOENT, ENOTDIR: ComityError(.notFound, what, why: "\(reason).", next: "Check the path.")
        case EACCES, EPERM, EROFS: ComityError(.permission, what, why: "\(reason).", next: "Check who may read and write there.")
        case EEXIST, ENOTEMPTY: ComityError(.alreadyExists, what, why: "\(reason).", next: "Choose another name or move the old one away.")
        case ELOOP: ComityError(.malformedInput, what, why: "It is a symbolic link.", next: "Name the file itself.")
        case ENOSPC, EDQUOT: ComityError(.storage, what, why: "\(reason).", next: "Make room and try again; nothing half-written was kept.")
        default: ComityError(.storage, what, why: "\(reason).")
        }
    }
}
