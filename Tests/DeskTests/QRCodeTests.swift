// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Desk

@Suite("Desk: QR codes")
struct QRCodeTests {
    /// The fingerprints were made with the package `qrcode` for Python, which draws the same matrix for the same mask.
    @Test(
        "every size is drawn as others draw it",
        arguments: [
            (1, 0, 21, 0x1dc6_71c2_aec4_acf7),
            (14, 1, 21, 0x8408_dee8_8a32_3ea1),
            (15, 2, 25, 0x2f3f_e492_eeb7_ca01),
            (26, 3, 25, 0x6f4e_21e1_8e83_66ef),
            (42, 4, 29, 0x3458_150d_8d57_c87c),
            (62, 5, 33, 0xa97d_67cd_15ba_2c11),
            (84, 6, 37, 0x8e9e_526d_155b_7597),
            (106, 7, 41, 0x0a5c_c89c_eeb6_3aaf),
            (122, 0, 45, 0xd6d5_9571_ef67_7d39),
            (152, 1, 49, 0xe8eb_6f2a_023e_9a6e),
            (180, 2, 53, 0x3cef_9f9e_ade5_44df),
            (213, 3, 57, 0xc017_8b67_4ae0_7b19),
            (251, 4, 61, 0x63ed_25e7_97f3_8a71),
            (287, 5, 65, 0x6095_9c92_9276_9ff0),
            (331, 6, 69, 0x3496_e3a8_506e_efd9),
            (362, 7, 73, 0xc4e9_e17d_e1f6_7193),
            (412, 0, 77, 0xe611_cca9_eb08_3587),
            (450, 1, 81, 0xb268_d57a_468a_bb7e),
            (504, 2, 85, 0x1bd3_529b_2ca1_ce3d),
            (560, 3, 89, 0xf984_f079_cc60_91fa),
            (624, 4, 93, 0x5db3_fea7_46b2_4dc7),
            (666, 5, 97, 0x0488_d233_a32d_ba44),
        ] as [(Int, Int, Int, UInt64)])
    func vectors(_ length: Int, _ mask: Int, _ size: Int, _ expected: UInt64) throws {
        let code = try #require(QRCode((0..<length).map { UInt8(truncatingIfNeeded: ($0 * 7 + length) % 94 + 33) }, mask: mask))
        #expect(code.size == size)
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for y in 0..<size { for x in 0..<size { hash = (hash ^ (code[x, y] ? 1 : 0)) &* 0x100_0000_01b3 } }
        #expect(hash == expected)
    }

    @Test("the path draws the dark modules and no others")
    func path() throws {
        let code = try #require(QRCode(Array("otpauth://totp/Comity:XA-D1?secret=JBSWY3DPEHPK3PXP".utf8)))
        var drawn = Set<Int>()
        for match in code.path.matches(of: /M(\d+) (\d+)h(\d+)v1h-(\d+)z/) {
            let (x, y, run) = (try #require(Int(match.1)), try #require(Int(match.2)), try #require(Int(match.3)))
            #expect(match.3 == match.4)
            for column in x..<x + run { drawn.insert(y * code.size + column) }
        }
        for y in 0..<code.size { for x in 0..<code.size { #expect(drawn.contains(y * code.size + x) == code[x, y]) } }
    }

    @Test("what does not fit is not drawn")
    func tooLong() {
        #expect(QRCode(Array(repeating: 65, count: 666))?.size == 97)
        #expect(QRCode(Array(repeating: 65, count: 667)) == nil)
        #expect(QRCode([])?.size == 21)
    }
}
