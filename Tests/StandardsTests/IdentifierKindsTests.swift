// SPDX-License-Identifier: Apache-2.0

import Standards
import Testing

/// Known good and known bad values. Good ones come from the standards, from published examples or from documentation ranges.
@Suite struct IdentifierKindsTests {
    private func check(_ holds: (String) -> Bool, good: [String], bad: [String]) {
        for one in good { #expect(holds(one), "\(one)") }
        for one in bad + ["", " ", "\u{202E}", "٠٠١٠١٠٠٠٠٠٠٤٤١٧", String(repeating: "1", count: 100_000)] {
            #expect(!holds(one), "\(one.prefix(60))")
        }
    }

    @Test func telephones() {
        check(
            Identifier.isPhone, good: ["+999105550101", "+14155552671"],
            bad: ["+0123456789", "00999105550101", "+1234567890123456", "+", "+12a"])
        #expect(Identifier.normalisedPhone("+999 10 555-0101") == "+999105550101")
        #expect(Identifier.isNationalPhone("010 555 0101") && !Identifier.isNationalPhone("+999105550101"))
    }

    @Test func devicesAndCards() {
        check(
            Identifier.isIMEI, good: ["490154203237518", "352099001002076", "001234560000717", "4901542032375180"],
            bad: ["490154203237519", "49015420323751", "49015420323751a"])
        check(
            Identifier.isIMSI, good: ["001010000004417", "00101000000441"], bad: ["000010000004417", "99901000000441", "0010100000044171"])
        check(Identifier.isICCID, good: ["8999901000000044177"], bad: ["8999901000000044178", "1234567890123456789"])
        check(
            Identifier.isMAC, good: ["00-00-5E-00-53-2A", "00:00:5e:00:53:2a", "00-00-5E-EF-10-00-00-00"],
            bad: ["00-00-5E-00-53", "00-00:5E-00-53-2A", "0G-00-5E-00-53-2A"])
        check(Identifier.isCell, good: ["001-01-1200-40117"], bad: ["001-01-1200", "01-01-1200-40117", "001-01--1"])
        #expect(Identifier.isASNumber(4_294_967_295) && !Identifier.isASNumber(4_294_967_296) && !Identifier.isASNumber(-1))
    }

    @Test func money() {
        check(
            Identifier.isIBAN, good: ["GB82WEST12345698765432", "FR1420041010050500013M02606", "GB82 WEST 1234 5698 7654 32"],
            bad: ["GB82WEST12345698765433", "gb82WEST12345698765432", "8GB2WEST12345698765432"])
        check(Identifier.isBIC, good: ["DEUTDEFF", "DEUTDEFF500"], bad: ["DEUT1EFF", "DEUTDEF", "deutdeff"])
        // The LEI of the foundation that runs the system, as it publishes it.
        check(Identifier.isLEI, good: ["506700GE1G29325QX363"], bad: ["506700GE1G29325QX364", "506700GE1G29325QX36"])
        #expect(Identifier.looksLikeCardNumber("4111 1111 1111 1111") && !Identifier.looksLikeCardNumber("4111 1111 1111 1112"))
        #expect(Identifier.isCardFragment(first: "411111", last: "1111") && !Identifier.isCardFragment(first: "4111111", last: "1111"))
    }

    @Test func thingsAndDocuments() {
        check(
            Identifier.isVIN, good: ["1M8GDM9AXKP042788", "11111111111111111"],
            bad: ["1M8GDM9A1KP042788", "1M8GDM9AXKP04278O", "1M8GDM9AXKP04278"])
        check(Identifier.isIMO, good: ["IMO 9074729", "9074729"], bad: ["9074728", "IMO 907472"])
        #expect(Identifier.passportLineFault("X000004179XCO9104174<3104161<<<<<<<<<<<<<<<4") == nil)
        // The specimen of ICAO 9303.
        #expect(Identifier.passportLineFault("L898902C36UTO7408122F1204159ZE184226B<<<<<10") == nil)
        #expect(Identifier.passportLineFault("L898902C36UTO7408122F1204159ZE184226B<<<<<11")?.contains("whole") == true)
        #expect(Identifier.passportLineFault("L898902C46UTO7408122F1204159ZE184226B<<<<<10")?.contains("number") == true)
        #expect(Identifier.passportLineFault("L898902C36") != nil)
        #expect(Identifier.isFileHash("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", algorithm: "SHA-256") == true)
        #expect(Identifier.isFileHash("900150983cd24fb0d6963f7d28e17f72", algorithm: "MD5") == true)
        #expect(Identifier.isFileHash("zz", algorithm: "SHA-256") == false && Identifier.isFileHash("aa", algorithm: "CRC") == nil)
    }

    private let bitcoin = "bip122:000000000019d6689c085ae165831e93"

    /// Addresses of the proposals (BIP-173, BIP-350, EIP-55) and of the demonstration cases, to which nobody holds a key.
    @Test(arguments: [
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1PtxdNMm31LFYkjWehC9Rt6eZVHgSdDkiG", "3GjFZhWyAvJLeJ4agjfPKTT4QKaKb6CBW3",
        "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "bc1qduy6t4swdqmxuqjx0pz3zsenlg6mh3g94pup73",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    ])
    func bitcoinAddresses(_ address: String) {
        #expect(Identifier.cryptoAddress(address, chain: bitcoin) == .sound)
        var wrong = Array(address)
        let last = wrong.count - 3
        wrong[last] = wrong[last] == "q" ? "p" : wrong[last] == "Q" ? "P" : "q"
        #expect(Identifier.cryptoAddress(String(wrong), chain: bitcoin) != .sound)
    }

    @Test(arguments: [
        "", "1BadChecksumAddressForTests11111111", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
        "bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        // Version 1 with the older checksum, and version 0 with the newer one.
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", "bc1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47",
        "0OIl", "2N", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
    ])
    func notBitcoinAddresses(_ address: String) { #expect(Identifier.cryptoAddress(address, chain: bitcoin) != .sound, "\(address)") }

    /// The examples of EIP-55: a wrong case anywhere is caught.
    @Test(arguments: [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb", "0x7ee87C95Ca89BAa72db1012E6d62B11d0888F1Ee",
    ])
    func etherAddresses(_ address: String) {
        #expect(Identifier.cryptoAddress(address, chain: "eip155:1") == .sound)
        for position in address.indices.dropFirst(2) where address[position].isLetter {
            var wrong = Array(address)
            let index = address.distance(from: address.startIndex, to: position)
            wrong[index] = Character(wrong[index].isUppercase ? wrong[index].lowercased() : wrong[index].uppercased())
            #expect(Identifier.cryptoAddress(String(wrong), chain: "eip155:1") != .sound)
        }
        if case .unchecked = Identifier.cryptoAddress(address.lowercased(), chain: "eip155:1") {
        } else {
            Issue.record("lower case is not wrong")
        }
    }

    @Test func otherChains() {
        #expect(Identifier.cryptoAddress("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", chain: "tron:0x2b6653dc") == .sound)
        #expect(Identifier.cryptoAddress("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u", chain: "tron:0x2b6653dc") != .sound)
        #expect(Identifier.cryptoAddress("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", chain: "") != .sound)
        #expect(Identifier.isCryptoTransaction("6afe9bd58784675cd8ac7fd45981afcb2dcfd6b6cdc5f10841bde8f2aa14566d", chain: bitcoin))
        #expect(!Identifier.isCryptoTransaction("6afe", chain: bitcoin))
    }

    @Test func names() {
        check(
            Identifier.isURL,
            good: ["https://share.corvale-demo.example.com/p/7H2K-0091", "http://192.0.2.1:8080/", "https://[2001:db8::1]/x"],
            bad: ["ftp://example.org", "https://", "https://exa mple.org", "javascript:alert(1)", "https://a"])
        check(Identifier.isMessageID, good: ["<a.b@example.org>", "a@b"], bad: ["<>", "a b@c", "@c", "a@"])
        #expect(Identifier.domainWarning("example.org") == nil && Identifier.domainWarning("münchen.example.org") == nil)
        #expect(Identifier.domainWarning("пример.example.org") == nil)
        #expect(Identifier.domainWarning("p\u{0430}ypal.example.org")?.contains("several scripts") == true)
        #expect(Identifier.domainWarning("\u{0430}\u{0440}\u{0440}\u{0435}.example.org")?.contains("look like") == true)
        // RFC 3492: München, and a label that cannot be read.
        #expect(Identifier.domainWarning("xn--mnchen-3ya.example.org")?.contains("münchen") == true)
        #expect(Identifier.domainWarning("xn--99999999999.example.org")?.contains("not valid") == true)
        #expect(Identifier.domainWarning("xn--pypal-4ve.example.org")?.contains("several scripts") == true)
        #expect(Identifier.hasHiddenCharacters("a\u{202E}b") && !Identifier.hasHiddenCharacters("العربية"))
    }

    @Test func localTimes() throws {
        #expect(LocalTime.check("2026-10-24T03:30:00", zone: "Europe/Helsinki") == .exact(try Instant("2026-10-24T00:30:00Z")))
        #expect(
            LocalTime.check("2026-10-25T03:30:00", zone: "Europe/Helsinki")
                == .twice(first: try Instant("2026-10-25T00:30:00Z"), second: try Instant("2026-10-25T01:30:00Z")))
        #expect(LocalTime.check("2026-03-29T03:30:00", zone: "Europe/Helsinki") == .never)
        #expect(LocalTime.check("2026-03-29T03:30:00", zone: "Asia/Kathmandu") == .exact(try Instant("2026-03-28T21:45:00Z")))
        #expect(LocalTime.check("2026-03-29T03:30:00", zone: "Nowhere/City") == .unknownZone)
        #expect(LocalTime.check("2026-13-29T03:30:00", zone: "Europe/Helsinki") == .malformed)
        #expect(LocalTime.check("2026-03-29T03:30:00Z", zone: "Europe/Helsinki") == .malformed)
        #expect(
            LocalTime.never.fault != nil
                && LocalTime.check("2026-10-25T03:30:00", zone: "Europe/Helsinki").fault?.contains("+03:00") == true)
    }
}
