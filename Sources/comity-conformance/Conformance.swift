// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Standards

/// Runs a folder of test vectors through this implementation, so that other implementers can check themselves against it.
@main struct Conformance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "comity-conformance", abstract: "Run a folder of test vectors through Comity's code.",
        discussion: """
            SUITES
              age     files of the age test kit (C2SP/CCTV): header lines, a blank line, the age file
              bagit   folders as in the BagIt conformance suite: …/valid/BAG and …/invalid/BAG
              jose    json_web_signature_test.json of Wycheproof
              tiles   a log published as C2SP tlog-tiles: a folder, or an address that begins with http:// or https://
              merkle  inclusion and consistency proofs of RFC 6962, in the layout of transparency-dev/merkle
              split-view  what comity audit witness proof wrote: a register that showed different histories

            Prints each failure and “N passed, N failed”. Exit status 0 when nothing failed, 6 when something did.
            """)

    enum Suite: String, ExpressibleByArgument, CaseIterable {
        case age, bagit, jose, merkle, tiles
        case splitView = "split-view"
    }

    @Argument(help: "age, bagit, jose, merkle, tiles or split-view.") var suite: Suite
    @Argument(help: "The folder; for tiles also an address.") var folder: String
    @Option(help: "tiles: the key of the log as C2SP writes it, NAME+HASH+KEY. Without it the signature of the checkpoint is not checked.")
    var key: String?

    func run() async throws {
        var tally = Tally()
        do {
            switch suite {
            case .age: try AgeSuite.run(folder, &tally)
            case .bagit: try BagSuite.run(folder, &tally)
            case .jose: try JOSESuite.run(folder, &tally)
            case .tiles: try await TileSuite.run(folder, key: key, &tally)
            case .merkle: try MerkleSuite.run(folder, &tally)
            case .splitView: try SplitViewSuite.run(folder, &tally)
            }
        } catch let error as ComityError {
            FileHandle.standardError.write(Data("comity-conformance: \(error)\n".utf8))
            throw ExitCode(error.code.exitStatus)
        }
        guard tally.passed + tally.failed + tally.other > 0 else {
            FileHandle.standardError.write(Data("comity-conformance: \(folder) holds no vectors of the suite \(suite.rawValue).\n".utf8))
            throw ExitCode(ErrorCode.notFound.exitStatus)
        }
        print(
            "\(tally.passed) passed, \(tally.failed) failed\(tally.other == 0 ? "" : ", \(tally.other) for other algorithms, all refused")")
        if tally.failed > 0 { throw ExitCode(ErrorCode.verificationFailed.exitStatus) }
    }
}

/// What came of the vectors.
struct Tally {
    private(set) var passed = 0
    private(set) var failed = 0
    /// Vectors for what this implementation refuses by design.
    var other = 0

    mutating func count(_ name: String, _ fault: String?) {
        guard let fault else {
            passed += 1
            return
        }
        failed += 1
        print("FAILED  \(name): \(fault)")
    }
}

/// The files of a folder.
enum Vectors {
    /// - Throws: `.notFound` when it is no folder.
    static func files(in folder: String) throws(ComityError) -> [(name: String, bytes: [UInt8])] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw ComityError(.notFound, "\(folder) is not a folder that can be read.", next: "Name the folder of the vectors.")
        }
        return names.sorted().compactMap { name in
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { return nil }
            return (name, [UInt8](data))
        }
    }
}
