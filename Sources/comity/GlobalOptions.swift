// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Node
import Standards

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(name: .long, help: "The data folder of the node. Default: $COMITY_DATA, or ./comity-data.")
    var data: String?

    @Flag(name: .long, help: "Print JSON for a machine.")
    var json = false

    var folder: String { data ?? ProcessInfo.processInfo.environment["COMITY_DATA"] ?? "comity-data" }

    func node() throws(ComityError) -> Node { try Node(folder: folder) }
}

/// The officer who acts.
struct OfficerOption: ParsableArguments {
    @Option(name: .customLong("as"), help: "Pseudonym of the officer who acts. Default: $COMITY_OFFICER.")
    var officer: String?

    func resolved() throws(ComityError) -> String {
        guard let officer = officer ?? ProcessInfo.processInfo.environment["COMITY_OFFICER"], !officer.isEmpty else {
            throw ComityError(
                .usage, "Who acts is not said.", why: "Every act names its officer.", next: "Add --as OFFICER, or set COMITY_OFFICER.")
        }
        return officer
    }
}

/// Reads a file named on the command line; `-` is standard input. At most `limit` bytes are read.
enum InputFile {
    static func read(_ path: String, limit: Int) throws(ComityError) -> [UInt8] {
        do {
            let handle = path == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            let data = try handle.read(upToCount: limit + 1) ?? Data()
            guard data.count <= limit else {
                throw ComityError(.tooLarge, "\(path) is larger than \(limit) bytes.")
            }
            return [UInt8](data)
        } catch let error as ComityError { throw error } catch {
            throw ComityError(
                .notFound, "The file \(Text.safe(path)) cannot be read.", why: error.localizedDescription,
                next: "Check the path and the permissions.")
        }
    }
}
