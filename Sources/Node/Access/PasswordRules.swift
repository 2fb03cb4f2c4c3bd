// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards

/// Which passwords are taken: long ones that nobody would try first. No rules of composition (NIST SP 800-63B, 3.1.1).
enum PasswordRules {
    /// - Parameter names: what belongs to the officer and the node, and so is guessed first.
    /// - Throws: `.usage` with the reason.
    static func check(_ password: String, names: [String]) throws(ComityError) {
        let text = password.precomposedStringWithCanonicalMapping
        let (shortest, longest) = AccessLimits.passwordLength
        guard text.unicodeScalars.count >= shortest else {
            throw refusal(
                "The password has fewer than \(shortest) characters.", "Several words that do not belong together are easy to keep.")
        }
        guard text.utf8.count <= longest else { throw refusal("The password is longer than \(longest) bytes.", "Take a shorter one.") }
        let plain = folded(text)
        guard !names.map(folded).contains(where: { !$0.isEmpty && isRepeated(plain, of: $0) }) else {
            throw refusal("The password is the name of the officer or of the authority.", "Take words that nobody connects with you.")
        }
        guard !isCommon(plain) else {
            throw refusal("The password is among those that are tried first.", "Take several words that do not belong together.")
        }
    }

    private static func refusal(_ what: String, _ next: String) -> ComityError { ComityError(.usage, what, next: next) }

    /// Small letters and digits, with the usual disguises of letters undone.
    static func folded(_ text: String) -> String {
        let disguises: [Character: Character] = ["@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "5": "s", "$": "s", "7": "t"]
        return String(
            text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil).map { disguises[$0] ?? $0 }
                .filter { $0.isLetter || $0.isNumber })
    }

    private static let words: Set<String> = [
        "password", "passwort", "passphrase", "passwd", "contrasena", "motdepasse", "senha", "parol", "qwerty", "qwertyuiop", "azerty",
        "qwertz", "asdfghjkl", "zxcvbnm", "qazwsx", "letmein", "welcome", "iloveyou", "administrator", "admin", "root", "superuser",
        "changeme", "default", "secret", "security", "cybercrime", "convention", "comity", "dutyofficer", "officer", "monkey", "dragon",
        "football", "baseball", "sunshine", "princess", "trustno", "summer", "winter", "spring", "autumn", "correcthorsebatterystaple",
    ]
    private static let runs = [
        "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn",
    ]

    /// A common word with digits around it, a short piece again and again, or a run on the keyboard.
    static func isCommon(_ plain: String) -> Bool {
        // The disguise of digits is one way only: digits at the ends are read as letters by then.
        let tails = CharacterSet.decimalDigits.union(CharacterSet(charactersIn: "aeiost"))
        let bare = plain.trimmingCharacters(in: .decimalDigits)
        if words.contains(bare) || words.contains(where: { isRepeated(plain, of: $0) }) { return true }
        if words.contains(where: { word in
            plain.hasPrefix(word) && plain.dropFirst(word.count).unicodeScalars.allSatisfy(tails.contains) && plain.count - word.count <= 6
        }) {
            return true
        }
        if Set(plain).count <= 3 { return true }
        for length in 1...6 where plain.count > length && isRepeated(plain, of: String(plain.prefix(length))) { return true }
        let digits = folded("12345678901234567890")
        let straight = runs + runs.map { String($0.reversed()) } + [digits, String(digits.reversed())]
        return straight.contains { ($0 + $0).contains(plain) }
    }

    /// `plain` is `piece` once or again and again, the last time perhaps cut short.
    private static func isRepeated(_ plain: String, of piece: String) -> Bool {
        String(repeating: piece, count: plain.count / piece.count + 1).hasPrefix(plain)
    }
}
