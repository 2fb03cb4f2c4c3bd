// SPDX-License-Identifier: Apache-2.0

import Standards

extension Text {
    /// Text of several lines from outside, made safe to show: a line end stays one, everything else as `Text.safe` has it.
    static func lines(_ text: String, limit: Int = 4000) -> String {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            Text.safe(String(line.last == "\r" ? line.dropLast() : line), limit: .max)
        }
        let whole = lines.joined(separator: "\n")
        return whole.count > limit ? String(whole.prefix(limit)) + "…" : whole
    }
}
