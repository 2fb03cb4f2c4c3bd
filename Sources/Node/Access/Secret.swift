// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Register
import Sealing
import Standards

/// Random tokens and typed one-time codes.
enum Secret {
    static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// 32 random bytes in base64url: session tokens, states of OpenID Connect.
    static func token() -> String { Base64.urlEncode(random(32)) }

    /// What is stored of a token or an enrolment code, which are too long to be guessed.
    static func hash(_ text: String) -> [UInt8] { Hash.of(Array(text.utf8)).bytes }

    /// Compares without telling by its time where the difference is.
    static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    // MARK: Codes that people type

    /// Digits and capital letters without I, L, O and U.
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Groups of five characters, 25 bits each.
    static func code(groups: Int) -> String {
        let bytes = random((groups * 25 + 7) / 8)
        let text = Array(Base32.encode(bytes, alphabet: alphabet).prefix(groups * 5))
        return stride(from: 0, to: text.count, by: 5).map { String(text[$0..<$0 + 5]) }.joined(separator: "-")
    }

    /// A code as it was typed, with the slips that paper invites undone; nil when it cannot be one.
    static func normalised(_ typed: String, groups: Int) -> String? {
        guard typed.utf8.count <= 100 else { return nil }
        let text = typed.uppercased().filter { $0 != "-" && $0 != " " }.map { $0 == "O" ? "0" : $0 == "I" || $0 == "L" ? "1" : $0 }
        guard text.count == groups * 5, text.allSatisfy({ $0.utf8.count == 1 && alphabet.contains($0.utf8[$0.utf8.startIndex]) }) else {
            return nil
        }
        return String(text)
    }

    static let enrolmentGroups = 4
    static let recoveryGroups = 2
}

/// The key `access.key`: a copy of the database alone yields no code generator and no recovery code.
struct AccessKey: Sendable {
    private let key: SymmetricKey

    /// Reads the key of a node; a node that was made before there were accounts gets one.
    init(folder: String) throws(ComityError) {
        let path = folder + "/access.key"
        if !FileManager.default.fileExists(atPath: path) {
            do throws(ComityError) {
                try DurableFile.write(Array((Base64.encode(Secret.random(32)) + "\n").utf8), to: path, mode: 0o600)
            } catch  where error.code == .alreadyExists {
                // Another process was faster; its key counts.
            }
        }
        guard let data = FileManager.default.contents(atPath: path), data.count < 1024,
            let bytes = Base64.decode(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)),
            bytes.count == 32
        else {
            throw ComityError(
                .storage, "The key access.key cannot be read in \(folder).", next: "Restore the keys folder from a backup.")
        }
        key = SymmetricKey(data: bytes)
    }

    private func part(_ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data("comity \(purpose) v1".utf8), outputByteCount: 32)
    }

    /// 32 bytes for one purpose, made from the key.
    func bytes(for purpose: String) -> [UInt8] { part(purpose).withUnsafeBytes { Array($0) } }

    /// Seals the secret of a code generator; it opens for this officer only.
    func seal(_ secret: [UInt8], for officer: String) throws(ComityError) -> [UInt8] {
        guard let box = try? AES.GCM.seal(secret, using: part("totp"), authenticating: Data(officer.utf8)).combined else {
            throw ComityError(.failure, "The secret cannot be sealed.")
        }
        return [UInt8](box)
    }

    /// - Returns: nil when it was sealed under another key or for another officer.
    func open(_ sealed: [UInt8], for officer: String) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let secret = try? AES.GCM.open(box, using: part("totp"), authenticating: Data(officer.utf8))
        else { return nil }
        return [UInt8](secret)
    }

    /// What is stored of a recovery code, which is short: without the key nobody can try them all.
    func recoveryHash(_ code: String, of officer: String) -> [UInt8] {
        [UInt8](HMAC<SHA256>.authenticationCode(for: Data("\(officer)\u{0}\(code)".utf8), using: part("recovery")))
    }
}
