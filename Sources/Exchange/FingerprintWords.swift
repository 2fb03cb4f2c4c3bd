// SPDX-License-Identifier: Apache-2.0

import Sealing
public import Standards

/// Sixteen words that say the same as the digits of a fingerprint: a byte each. They were written for this project: short, everyday, and no
/// two alike in their first four letters, so that a word that was half heard, or typed with a mistake at its end, is still the right one.
public enum FingerprintWords {
    /// How many words say a fingerprint.
    public static let count = 16
    /// 256 words in the order of the alphabet; the position is the byte.
    public static let list = """
        acid acorn actor alarm album almond amber anchor angle ankle apple april apron arch arena arrow atlas attic audio autumn
        baby badge bagel baker bamboo banana barrel basket beach beaver belt bench berry bicycle birch blanket blue boat bonus
        book border bottle bowl bread brick bridge brush bubble bucket budget bus butter cabin cable cactus cake camel candle
        canvas captain carpet castle cedar cello chair cheese cherry circle city clay clock cloud coffee coin comet copper coral
        cotton cradle crystal cup curtain daisy dance desert diamond dinner doctor dolphin donkey door dragon drum duck dust
        eagle earth echo egg elbow engine evening fabric falcon family farmer feather fence ferry field finger fire flag flower
        flute forest fork fossil fox frog fruit garage garden garlic gate ginger giraffe glass globe glove gold grape guitar
        hammer harbor hat hawk helmet hero hill honey horse hotel ice igloo indigo insect iron island ivory jacket jaguar jelly
        jewel jungle kettle kitchen kite ladder lake lamp lemon leopard letter lion lizard lobster locket lunch magnet mango
        maple marble market meadow melon metal milk mirror monkey moon morning museum music napkin needle nest night number nut
        oasis ocean office olive onion opera orange orbit otter oven oyster paddle palace panda paper parrot pasta pearl pencil
        pepper piano picnic pigeon pilot planet plum pocket potato pumpkin purple puzzle pyramid quartz queen rabbit radio rain
        ribbon rice river robot rocket roof rose ruby saddle salmon sand school silver snow sofa spoon star table tiger tomato
        tower tulip valley violin wagon water window wolf zebra
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    /// Letters in which no two words agree.
    private static let significant = 4
    private static let positions = Dictionary(
        uniqueKeysWithValues: list.enumerated().map { (String($0.element.prefix(significant)), UInt8(truncatingIfNeeded: $0.offset)) })

    /// The words of sixteen bytes.
    static func words(of bytes: some Collection<UInt8>) -> [String] { bytes.prefix(count).map { list[Int($0)] } }

    /// The bytes that words say: in capitals or not, between spaces, commas, hyphens or points; only the first four letters count.
    /// - Throws: `.usage` naming the word that is not one of the list, or saying how many are missing.
    static func bytes(of text: String) throws(ComityError) -> [UInt8] {
        let typed = text.lowercased().split { !$0.isLetter }.map(String.init)
        var bytes: [UInt8] = []
        for word in typed {
            guard let byte = positions[String(word.prefix(significant))] else {
                throw ComityError(
                    .usage, "“\(Text.safe(word, limit: 30))” is not one of the 256 words of fingerprints.",
                    next: "Ask to have it spelled, or compare the digits.")
            }
            bytes.append(byte)
        }
        guard bytes.count == count else {
            throw ComityError(
                .usage, "A fingerprint has \(count) words; \(bytes.count) were given.", next: "Type all of them, in their order.")
        }
        return bytes
    }
}

extension DirectoryEntry {
    /// The fingerprint as sixteen words, beside the digits of ``fingerprint``.
    public var fingerprintWords: String { Self.fingerprintWords(of: rootKey.rawRepresentation) }

    /// The fingerprint of 32 bytes of a key as sixteen words.
    public static func fingerprintWords(of key: [UInt8]) -> String {
        FingerprintWords.words(of: fingerprintBytes(of: key)).joined(separator: " ")
    }

    /// Whether what somebody read, digits or words, is the fingerprint of 32 bytes of a key.
    /// - Throws: `.usage` when it is neither the eight groups of digits nor sixteen words of the list.
    public static func fingerprint(_ read: String, isOf key: [UInt8]) throws(ComityError) -> Bool {
        if read.contains(where: \.isLetter) { return try FingerprintWords.bytes(of: read) == fingerprintBytes(of: key) }
        let digits = read.filter { $0.isASCII && $0.isNumber }
        guard digits.count == 40 else {
            throw ComityError(
                .usage, "A fingerprint has eight groups of five digits; \(digits.count) digits were given.",
                next: "Type all groups in their order, or the sixteen words.")
        }
        return digits == fingerprint(of: key).filter { $0 != " " }
    }
}
