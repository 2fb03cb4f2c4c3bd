// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// Vectors from outside: a folder named by `COMITY_SHARED`, or `shared/vectors` beside a folder above this one. A user's
/// plain clone has none, and the tests that need them say so in one line.
public enum Shared {
    public static func folder(_ name: String) -> URL? {
        var candidates: [URL] = []
        if let given = ProcessInfo.processInfo.environment["COMITY_SHARED"] { candidates.append(URL(fileURLWithPath: given)) }
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path != "/" {
            candidates.append(folder.appendingPathComponent("shared"))
            folder.deleteLastPathComponent()
        }
        return candidates.map { $0.appendingPathComponent(name) }.first { FileManager.default.fileExists(atPath: $0.path) }
    }

    public static func vectors(_ name: String) -> URL? {
        let found = folder("vectors/" + name)
        if found == nil { print("skipped: \(name) vectors (shared/vectors not found)") }
        return found
    }

    /// The root of this repository.
    public static var repository: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }
}

/// SplitMix64. A property test prints the seed of a failure, and `COMITY_SEED` repeats it.
public struct Seeded: RandomNumberGenerator {
    public let seed: UInt64
    private var state: UInt64

    public init(_ seed: UInt64) {
        self.seed = seed
        state = seed
    }

    /// A fresh seed, or the one in `COMITY_SEED`.
    public static func fresh() -> Seeded {
        Seeded(ProcessInfo.processInfo.environment["COMITY_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max))
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    public mutating func bytes(_ count: Int) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(count + 8)
        while out.count < count { withUnsafeBytes(of: next()) { out.append(contentsOf: $0) } }
        return Array(out.prefix(count))
    }
}

/// A folder that goes with its owner.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() throws {
        path = NSTemporaryDirectory() + "comity-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func callAsFunction(_ name: String) -> String { path + "/" + name }
}
