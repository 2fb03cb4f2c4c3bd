// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import Synchronization
import TestSupport
import Testing

/// `Tests/Lines/line.py` in front of a listener: a line that can be made bad while it is used. It ends with this value.
final class BadLine: Sendable {
    /// Where it listens, on 127.0.0.1.
    let port: Int
    /// How many files its process may have open.
    let files: Int
    private let process: Process
    private let input: FileHandle
    private let output: FileHandle
    private let talking = Mutex(())

    init(to port: Int) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", Shared.repository.appendingPathComponent("Tests/Lines/line.py").path, "127.0.0.1:\(port)"]
        let (commands, answers) = (Pipe(), Pipe())
        process.standardInput = commands
        process.standardOutput = answers
        try process.run()
        input = commands.fileHandleForWriting
        output = answers.fileHandleForReading
        let words = Self.line(output).split(separator: " ").compactMap { Int($0) }
        self.port = try #require(words.first, "python3 or Tests/Lines/line.py does not start")
        files = try #require(words.last)
    }

    /// Gives a command and waits for its answer.
    @discardableResult func tell(_ command: String) throws -> String {
        try talking.withLock { _ in
            try input.write(contentsOf: Data((command + "\n").utf8))
            let answer = Self.line(output)
            guard !answer.isEmpty, !answer.contains("unknown") else { throw ComityError(.failure, "The line does not know “\(command)”.") }
            return answer
        }
    }

    /// A good line again.
    func mend() throws { for command in ["up", "delay 0", "rate 0", "loss 0", "mute 0"] { try tell(command) } }

    private static func line(_ handle: FileHandle) -> String {
        var bytes = Data()
        while bytes.last != UInt8(ascii: "\n") {
            guard let byte = try? handle.read(upToCount: 1), !byte.isEmpty else { break }
            bytes += byte
        }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func end() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
}
