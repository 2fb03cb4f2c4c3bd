// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Sealing
import Standards

/// `comity age`: the reader and writer of age files alone, without a node.
struct AgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "age", abstract: "Encrypt, decrypt and look into age files; no node is needed.",
        discussion: """
            EXAMPLES
              comity age keygen --output key.txt
              comity age encrypt --to age1pq1… --output report.pdf.age report.pdf
              comity age encrypt --passphrase-file words.txt --armor --output report.age report.pdf
              comity age decrypt --identity key.txt --output report.pdf report.pdf.age
            """,
        subcommands: [Encrypt.self, Decrypt.self, Inspect.self, Keygen.self])

    /// Copies a source to a sink.
    static func copy(_ source: any ByteSource, to sink: any ByteSink) throws(ComityError) -> Int64 {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        var total: Int64 = 0
        while true {
            let count = try source.read(into: buffer)
            if count == 0 { return total }
            try sink.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            total += Int64(count)
        }
    }

    /// The passphrase in the first line of a file, so that it never stands in the list of processes.
    static func passphrase(_ path: String) throws(ComityError) -> AgePassphrase {
        let text = String(decoding: try InputFile.read(path, limit: 65536), as: UTF8.self)
        return try AgePassphrase(text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? "")
    }

    struct Encrypt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Seal a file to recipients, or with a passphrase.")
        @Argument(help: "The file.") var input: String
        @Option(help: "A recipient, age1pq1… or age1…; repeat.") var to: [String] = []
        @Option(help: "A file whose first line is the passphrase, in place of recipients.") var passphraseFile: String?
        @Flag(help: "Write text in place of bytes (ASCII armor).") var armor = false
        @Option(name: .shortAndLong, help: "The sealed file; it must not be there.") var output: String
        @Flag(help: "Print one JSON value.") var json = false

        func validate() throws {
            guard to.isEmpty != (passphraseFile == nil) else {
                throw ValidationError("Name recipients with --to, or a passphrase with --passphrase-file.")
            }
        }

        func run() async throws {
            let source = try FileSource(path: input)
            let recipients = try to.map { text throws(ComityError) in try AgeRecipient(text) }
            let file = try DurableFileWriter(path: output)
            let armored = armor ? try AgeArmorWriter(to: file) : nil
            let sink: any ByteSink = armored ?? file
            let writer: AgeWriter
            if let passphraseFile {
                writer = try AgeWriter(to: sink, passphrase: try AgeCommand.passphrase(passphraseFile))
            } else {
                writer = try AgeWriter(to: sink, recipients: recipients)
            }
            let bytes = try AgeCommand.copy(source, to: writer)
            try writer.finish()
            try armored?.finish()
            try file.commit()
            if json { return try Output.json(JSONValue.object(["output": .string(output), "bytes": .integer(bytes)])) }
            Output.line("sealed  \(output)\n        \(bytes) bytes of content")
        }
    }

    struct Decrypt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open a sealed file: all of it, proven, or nothing. Exit 6 when it was changed or is not for you.")
        @Argument(help: "The sealed file, binary or in armor.") var input: String
        @Option(help: "A file with identities, one a line; repeat.") var identity: [String] = []
        @Option(help: "A file whose first line is the passphrase.") var passphraseFile: String?
        @Option(name: .shortAndLong, help: "The opened file; it must not be there.") var output: String
        @Flag(help: "Print one JSON value.") var json = false

        func validate() throws {
            guard !identity.isEmpty || passphraseFile != nil else {
                throw ValidationError("Say what opens it: --identity FILE, or --passphrase-file FILE.")
            }
        }

        func run() async throws {
            var openers: [any AgeOpener] = []
            for path in identity { openers += try Verdict.identities(path) as [any AgeOpener] }
            if let passphraseFile { openers.append(try AgeCommand.passphrase(passphraseFile)) }
            let reader = try AgeReader(from: try FileSource(path: input), identities: openers)
            // The name appears only when the last byte is proven.
            let file = try DurableFileWriter(path: output)
            let bytes = try AgeCommand.copy(reader, to: file)
            try file.commit()
            if json { return try Output.json(JSONValue.object(["output": .string(output), "bytes": .integer(bytes)])) }
            Output.line("opened  \(output)\n        \(bytes) bytes, every one authentic")
        }
    }

    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what can be known of a sealed file without opening it. Proves nothing.")
        @Argument(help: "The sealed file, binary or in armor.") var input: String
        @Flag(help: "Print one JSON value.") var json = false

        func run() async throws {
            let look = try AgeInspection(of: try FileSource(path: input))
            if json { return try Output.json(look) }
            Output.line("version     \(look.version)\(look.isArmored ? ", in armor" : "")")
            for stanza in look.recipients { Output.line("recipient   \(Text.safe(stanza, limit: 100))") }
            Output.line("quantum     \(look.isPostQuantum ? "closed to quantum computers too" : "a quantum computer could open it")")
            Output.line("header      \(look.headerBytes) bytes\ncontent     \(look.contentBytes) bytes in \(look.chunks) chunks")
            Output.line("note        nothing of this is proven: only whoever can open the file knows whether it was changed")
        }
    }

    struct Keygen: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make an identity, and print its recipient.")
        @Option(name: .shortAndLong, help: "The file for the identity; it must not be there, and is readable by its owner only.")
        var output: String
        @Flag(help: "X25519 alone, for programs that know no hybrid recipients.") var x25519 = false
        @Flag(help: "Print one JSON value.") var json = false

        func run() async throws {
            let identity = AgeIdentity.generate(x25519 ? .x25519 : .hybrid)
            try DurableFile.write(Array("# recipient: \(identity.recipient)\n\(identity.text)\n".utf8), to: output)
            if json { return try Output.json(["output": output, "recipient": identity.recipient.text]) }
            Output.line(identity.recipient.text)
        }
    }
}
