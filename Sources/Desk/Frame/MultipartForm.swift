// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import NIOCore
import Standards

/// A small form with files, read whole: its fields, and the first file as text.
struct MultipartForm {
    let form: Form

    /// Reads the form of a visit and checks its token, which is its first field.
    /// - Parameter limit: the largest form in bytes.
    /// - Throws: `.permission` without the token, `.malformedInput`, `.tooLarge`.
    init(_ visit: Visit, limit: Int) async throws {
        var reader = try Multipart(contentType: visit.request.headers[.contentType])
        var fields: [Form.Field] = []
        var name = ""
        var value: [UInt8] = []
        var size = 0
        for try await buffer in visit.request.body {
            for event in try reader.take(Array(buffer.readableBytesView)) {
                switch event {
                case .begin(let header): (name, value) = (header.name, [])
                case .content(let bytes):
                    size += bytes.count
                    guard size <= limit else {
                        throw ComityError(
                            .tooLarge, "The form is larger than \(limit >> 10) KiB.", next: "Send only what the page asks for.")
                    }
                    value += bytes
                case .end:
                    guard let text = String(validating: value, as: UTF8.self) else {
                        throw ComityError(.malformedInput, "What was sent is not text.", next: "Choose the file that the page asks for.")
                    }
                    if fields.isEmpty { try visit.requireToken(name == CrossSite.field ? text : nil) }
                    fields.append(.init(name: name, value: text))
                }
            }
        }
        try reader.finish()
        form = Form(fields: fields)
    }
}
