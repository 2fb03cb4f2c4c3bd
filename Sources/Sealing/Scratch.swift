// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A piece of memory that is allocated once, zeroed, and reused.
final class Scratch {
    let bytes: UnsafeMutableRawBufferPointer

    init(_ count: Int) {
        bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
        if let base = bytes.baseAddress { memset(base, 0, count) }
    }

    deinit { bytes.deallocate() }
}
