// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@Suite struct IdentifierTests {
    /// The three examples that the interface conventions print; computed independently of this code.
    @Test(arguments: ["XA-2026-PRE-000042-L", "XB-2026-PRE-000007-C", "XB-2026-MLA-000019-F"])
    func knownReferences(_ text: String) throws {
        let reference = try FileReference(text)
        #expect(reference.description == text)
        #expect(try FileReference(text.lowercased()) == reference)
    }

    @Test func everySingleWrongCharacterAndNeighbourSwapIsCaught() throws {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let text = Array("XA-2026-PRE-000042-L")
        for position in text.indices where text[position] != "-" {
            for character in alphabet where character != text[position] {
                var wrong = text
                wrong[position] = character
                #expect(throws: ComityError.self, "\(String(wrong))") { try FileReference(String(wrong)) }
            }
        }
        for position in 0..<text.count - 1 where text[position] != text[position + 1] && text[position] != "-" && text[position + 1] != "-"
        {
            var wrong = text
            wrong.swapAt(position, position + 1)
            #expect(throws: ComityError.self, "\(String(wrong))") { try FileReference(String(wrong)) }
        }
    }

    @Test(arguments: [
        "", "-", "XA-2026-PRE-42-L", "XA-2026-PRE-000042", "XA-2026-PRE-000042-L-", "X-2026-PRE-000042-L", "XA-2026-PRE-٠٠٠٠٤٢-L",
        "XA-2026-PRE-+00042-L",
    ])
    func refusesReference(_ text: String) {
        #expect(throws: ComityError(.malformedInput, "")) { try FileReference(text) }
    }

    @Test func addresses() {
        for good in ["198.51.100.24", "2001:db8::1", "::", "::1", "2001:0DB8:0:0:0:0:0:1", "::ffff:192.0.2.1", "fe80::1:2:3"] {
            #expect(Identifier.isIPAddress(good), "\(good)")
        }
        for bad in [
            "", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4.5", ":::", "2001:db8::1::2", "12345::", "g::1", "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9", "::1%eth0",
        ] {
            #expect(!Identifier.isIPAddress(bad), "\(bad)")
        }
        for good in ["a@example.org", "first.last+tag@mail.example.net", "ünïcode@exämple.org"] {
            #expect(Identifier.isEmail(good), "\(good)")
        }
        for bad in [
            "", "a", "a@b", "@example.org", "a@@example.org", "a b@example.org", ".a@example.org", "a@-x.org", "a\u{0}@example.org",
        ] {
            #expect(!Identifier.isEmail(bad), "\(bad)")
        }
    }

    @Test func uuidCarriesTimeAndRefusesOthers() throws {
        var generator = Seeded.fresh()
        let early = UUIDv7(at: try Instant("2026-11-21T08:00:00Z"), using: &generator)
        let late = UUIDv7(at: try Instant("2026-11-21T08:00:00.001Z"), using: &generator)
        #expect(early < late)
        #expect(try UUIDv7(early.description) == early)
        // RFC 9562, appendix A.6.
        #expect(try UUIDv7("017f22e2-79b0-7cc3-98c4-dc0c0c07398f").description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        for bad in ["", "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", "017f22e2-79b0-4cc3-98c4-dc0c0c07398f", "017f22e279b07cc398c4dc0c0c07398f"]
        {
            #expect(throws: ComityError(.schema, "")) { try UUIDv7(bad) }
        }
    }

    @Test func textIsMadeSafe() {
        #expect(Text.safe("a\u{202E}b\u{0}c\u{1B}[31m") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}[31m")
        #expect(Text.safe(String(repeating: "x", count: 300)).count == 201)
        #expect(Text.safe("العربية Tiếng Việt 中文") == "العربية Tiếng Việt 中文")
    }

    @Test func everyCodeHasStatusAndExit() {
        for code in ErrorCode.allCases {
            #expect((400...599).contains(code.httpStatus))
            #expect((1...8).contains(code.exitStatus) || code == .interrupted && code.exitStatus == 130)
        }
    }
}
