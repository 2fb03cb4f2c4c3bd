// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Standards
import Synchronization

/// A node of the demonstration: a data folder, and the processes that work on it. Everything is done through the command
/// line, as a person would.
final class DemoNode: Sendable {
    /// What a command left behind.
    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let errors: String

        /// The output of a `--json` command.
        func json() throws(ComityError) -> JSONValue { try IJSON.decode(JSONValue.self, from: Array(output.utf8), limit: 64 << 20) }
    }

    let state: String
    let folder: String
    let program: String
    let exchangePort: Int
    let deskPort: Int
    private let serving = Mutex<Process?>(nil)

    init(state: String, folder: String, program: String) throws(ComityError) {
        self.state = state
        self.folder = folder
        self.program = program
        exchangePort = try Self.freePort()
        deskPort = try Self.freePort()
    }

    var deskAddress: String { "http://127.0.0.1:\(deskPort)/" }

    /// Of the serving process; nil while none serves.
    var pid: Int32? { serving.withLock { $0?.processIdentifier } }

    /// Runs a command on this node's data folder.
    /// - Parameter killedAfter: kill the command itself with SIGKILL after this many milliseconds, to see what is left.
    func run(_ arguments: [String], killedAfter: Int? = nil) async throws(ComityError) -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments + ["--data", folder]
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        do { try process.run() } catch { throw ComityError(.failure, "The command cannot be started: \(error.localizedDescription)") }
        let pid = process.processIdentifier
        if let killedAfter {
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(killedAfter)) { kill(pid, SIGKILL) }
        }
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                process.waitUntilExit()
                continuation.resume(returning: Outcome(status: process.terminationStatus, output: text, errors: said))
            }
        }
    }

    /// Starts serving and waits until both listeners answer.
    func serve() async throws(ComityError) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["serve", "--data", folder]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let log = folder + ".log"
        if !FileManager.default.fileExists(atPath: log) { _ = FileManager.default.createFile(atPath: log, contents: nil) }
        if let handle = FileHandle(forWritingAtPath: log) {
            _ = try? handle.seekToEnd()
            process.standardError = handle
        }
        do { try process.run() } catch { throw ComityError(.failure, "The node \(state) cannot be started: \(error.localizedDescription)") }
        serving.withLock { $0 = process }
        for _ in 0..<300 {
            if Self.answers(exchangePort), Self.answers(deskPort) { return }
            if !process.isRunning { break }
            try? await Task.sleep(for: .milliseconds(100))
        }
        throw ComityError(
            .failure, "The node \(state) did not start.",
            why: (try? String(contentsOfFile: log, encoding: .utf8)).map { String($0.suffix(500)) } ?? "")
    }

    /// `kill -9` on the serving process.
    func killNine() {
        let process = serving.withLock { process in
            defer { process = nil }
            return process
        }
        guard let process else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Ends serving as Ctrl-C does.
    func stop() {
        let process = serving.withLock { process in
            defer { process = nil }
            return process
        }
        guard let process, process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    /// Ports that were given out in this process.
    private static let taken = Mutex<Set<Int>>([])

    /// A port nobody listens on, below the range from which the system takes ports for connections, and never the same one
    /// twice: a port that is free now must still be free when the node starts.
    static func freePort() throws(ComityError) -> Int {
        for _ in 0..<200 {
            let port = Int.random(in: 20_000..<32_000)
            guard taken.withLock({ $0.insert(port).inserted }) else { continue }
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = loopback(port: port)
            let isFree = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if descriptor >= 0, isFree { return port }
        }
        throw ComityError(.failure, "No free port was found on loopback.")
    }

    private static func answers(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port: port)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001)).bigEndian
        return address
    }
}
