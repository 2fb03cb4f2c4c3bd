// SPDX-License-Identifier: Apache-2.0

/// Text from outside, made safe to show on a terminal or a page.
public enum Text {
    /// Replaces control characters and the invisible characters that reorder text (bidirectional overrides and isolates,
    /// zero-width characters) by U+FFFD, and cuts at `limit` characters with an ellipsis.
    public static func safe(_ text: String, limit: Int = 200) -> String {
        // Most texts are short and plain; looking is cheaper than building.
        if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x180E, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB,
                0xE0000...0xE007F:
                out.append("\u{FFFD}")
            default: out.append(scalar)
            }
        }
        let whole = String(out)
        return whole.count > limit ? String(whole.prefix(limit)) + "…" : whole
    }
}
