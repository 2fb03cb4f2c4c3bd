// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import NIOCore
import Node
import Standards

/// Takes files from a browser straight into the data folder, in constant memory: each is hashed while it is written.
enum UploadReceiver {
    /// Longest value of a field that is not a file.
    private static let longestField = 4096

    /// Reads the form of a visit to its end.
    /// - Returns: the upload that now holds the files.
    /// - Throws: `.permission` when the first field is not the token of the session; nothing was written then.
    static func receive(_ visit: Visit, ref: FileReference, into upload: UUIDv7?) async throws -> UUIDv7 {
        var reader = try Multipart(contentType: visit.request.headers[.contentType])
        let session = try visit.node.beginUpload(ref, into: upload, officer: visit.officer)
        do {
            var state = State()
            for try await buffer in visit.request.body {
                guard let bytes = buffer.getBytes(at: buffer.readerIndex, length: buffer.readableBytes) else { continue }
                for event in try reader.take(bytes) { try state.take(event, session, visit) }
            }
            try reader.finish()
            try await session.finish()
            return session.id
        } catch let error as ComityError {
            session.discard()
            throw error
        } catch {
            // The connection ended, or the browser gave up.
            session.discard()
            throw ComityError(
                .malformedInput, "The upload was cut off.", why: "The connection ended before the last byte. Nothing of it was kept.",
                next: "Upload the files again.")
        }
    }

    private struct State {
        private enum Part {
            case none, file, empty
            case field(String, [UInt8])
        }

        private var part = Part.none
        private var isTrusted = false

        mutating func take(_ event: Multipart.Event, _ session: UploadSession, _ visit: Visit) throws(ComityError) {
            switch event {
            case .begin(let header):
                guard let name = header.fileName else {
                    part = .field(header.name, [])
                    return
                }
                guard isTrusted else { throw CrossSite.refusal }
                // A browser sends an empty name when no file was chosen.
                part = name.isEmpty ? .empty : .file
                if !name.isEmpty { try session.begin(name) }
            case .content(let bytes):
                switch part {
                case .file:
                    try session.write(bytes)
                case .field(let name, let known):
                    guard known.count + bytes.count <= longestField else {
                        throw ComityError(.tooLarge, "A field of the form is too long.", next: "Use the page of the desk.")
                    }
                    part = .field(name, known + bytes)
                case .none, .empty: break
                }
            case .end:
                switch part {
                case .file: try session.end()
                case .field(let name, let value) where !isTrusted:
                    // The token comes first: before it is known nothing is written.
                    try visit.requireToken(name == CrossSite.field ? String(validating: value, as: UTF8.self) : nil)
                    isTrusted = true
                case .field, .none, .empty: break
                }
                part = .none
            }
        }
    }
}
