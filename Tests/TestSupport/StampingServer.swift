// SPDX-License-Identifier: Apache-2.0

import Foundation

/// `Tests/TimeStamps/responder.py` in front of a ``StampingAuthority``; it ends with this value.
public final class StampingServer: Sendable {
    public let authority: StampingAuthority
    public let address: String
    private let process: Process
    private let input = Pipe()

    /// Nil, with a line that says so, where openssl or python are not installed.
    public init?(in folder: String) throws {
        guard (try? StampingAuthority.run(["python3", "--version"], in: NSTemporaryDirectory()).status) == 0 else {
            print("skipped: python3 (not installed)")
            return nil
        }
        guard let authority = try StampingAuthority(in: folder) else { return nil }
        self.authority = authority
        try Data("good".utf8).write(to: URL(fileURLWithPath: folder + "/mode"))
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", Shared.repository.appendingPathComponent("Tests/TimeStamps/responder.py").path, folder]
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = input
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw CocoaError(.executableLoad) }
            line += more
        }
        address = "http://127.0.0.1:\(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))/"
    }

    deinit { try? input.fileHandleForWriting.close() }

    /// From now on: `good`, or one way to fail.
    public func mode(_ name: String) throws { try Data(name.utf8).write(to: URL(fileURLWithPath: authority.folder + "/mode")) }

    /// How often it was asked.
    public var asked: Int { (try? Data(contentsOf: URL(fileURLWithPath: authority.folder + "/asked")).count) ?? 0 }
}
