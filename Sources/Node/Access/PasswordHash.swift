// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import Dispatch
import Foundation
import Standards
import Synchronization

/// scrypt (RFC 7914) in the PHC string format: `$scrypt$ln=17,r=8,p=1$salt$hash`.
struct PasswordHash: Sendable, Equatable, CustomStringConvertible {
    /// 2 to the power of `logN` blocks of 128 · r bytes: 128 MiB for the standard.
    struct Cost: Sendable, Equatable {
        let logN: Int
        let r: Int
        let p: Int

        static let standard = Cost(logN: 17, r: 8, p: 1)
        /// What a stored hash may ask for: a changed row must not exhaust the memory.
        var isSound: Bool { (4...18).contains(logN) && (1...8).contains(r) && (1...2).contains(p) }
    }

    let cost: Cost
    let salt: [UInt8]
    let hash: [UInt8]

    var description: String {
        "$scrypt$ln=\(cost.logN),r=\(cost.r),p=\(cost.p)$\(Base64.rawEncode(salt))$\(Base64.rawEncode(hash))"
    }

    init(cost: Cost, salt: [UInt8], hash: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    /// - Returns: nil for anything that `description` would not have written.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt" else { return nil }
        let numbers = parts[2].split(separator: ",").map { $0.split(separator: "=").last.flatMap { Int($0) } ?? 0 }
        guard numbers.count == 3, let salt = Base64.rawDecode(String(parts[3])), let hash = Base64.rawDecode(String(parts[4])) else {
            return nil
        }
        self.init(cost: Cost(logN: numbers[0], r: numbers[1], p: numbers[2]), salt: salt, hash: hash)
        guard cost.isSound, description == text, (8...64).contains(salt.count), hash.count == 32 else { return nil }
    }

    /// One derivation; takes memory and time by the cost.
    static func derive(_ password: [UInt8], salt: [UInt8], cost: Cost, count: Int = 32) throws(ComityError) -> [UInt8] {
        do {
            let key = try KDF.Scrypt.deriveKey(
                from: password, salt: salt, outputByteCount: count, rounds: 1 << cost.logN, blockSize: cost.r, parallelism: cost.p)
            return key.withUnsafeBytes { [UInt8]($0) }
        } catch { throw ComityError(.failure, "The password cannot be hashed.", why: "The memory for it may be missing.") }
    }

    /// Unicode's canonical composition, so that a password is the same on every keyboard.
    static func bytes(of password: String) -> [UInt8] { Array(password.precomposedStringWithCanonicalMapping.utf8) }
}

/// Hashes passwords, at most two at the same time, because each takes 128 MiB.
///
/// Owns `state`, the running count and who waits, under one lock. Guarantees: every waiter is resumed exactly once; no
/// more than `width` hashes run; beyond `queue` waiters nobody is kept waiting, but told to try again.
final class PasswordHasher: Sendable {
    private struct State {
        var running = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        var cost = PasswordHash.Cost.standard
    }

    private static let width = 2
    private static let queue = 32
    private let state = Mutex(State())
    private let salt = Secret.random(16)

    var cost: PasswordHash.Cost { state.withLock { $0.cost } }
    /// For tests: a cheaper hash.
    func setCost(_ cost: PasswordHash.Cost) { state.withLock { $0.cost = cost } }

    func hash(_ password: String) async throws(ComityError) -> String {
        let (cost, salt) = (cost, Secret.random(16))
        return PasswordHash(
            cost: cost, salt: salt, hash: try await derive(PasswordHash.bytes(of: password), salt: salt, cost: cost)
        ).description
    }

    /// Whether a password fits a stored hash. Without one the same work is done in vain, so that time tells nothing.
    func verify(_ password: String, _ stored: String?) async throws(ComityError) -> Bool {
        let known = stored.flatMap { PasswordHash($0) }
        // What is too long is no password of anybody; hashing its beginning keeps the work alike.
        let bytes = PasswordHash.bytes(of: password)
        let fits = bytes.count <= AccessLimits.passwordLength.longestBytes
        let found = try await derive(
            Array(bytes.prefix(AccessLimits.passwordLength.longestBytes)), salt: known?.salt ?? salt, cost: known?.cost ?? cost)
        return Secret.equal(found, known?.hash ?? Array(repeating: 0, count: 31)) && fits
    }

    private func derive(_ password: [UInt8], salt: [UInt8], cost: PasswordHash.Cost) async throws(ComityError) -> [UInt8] {
        try await enter()
        defer { leave() }
        // Not on the threads that serve everybody else.
        let result: Result<[UInt8], ComityError> = await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                do throws(ComityError) {
                    continuation.resume(returning: .success(try PasswordHash.derive(password, salt: salt, cost: cost)))
                } catch { continuation.resume(returning: .failure(error)) }
            }
        }
        return try result.get()
    }

    private func enter() async throws(ComityError) {
        let full = state.withLock { $0.waiting.count >= Self.queue }
        guard !full else {
            throw ComityError(.throttled, "Too many people are signing in at this moment.", next: "Try again in a few seconds.")
        }
        await withCheckedContinuation { continuation in
            let now = state.withLock { state -> Bool in
                if state.running < Self.width {
                    state.running += 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if now { continuation.resume() }
        }
    }

    private func leave() {
        // The place goes over to the next in line, or becomes free.
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            state.running -= 1
            return nil
        }
        next?.resume()
    }
}
