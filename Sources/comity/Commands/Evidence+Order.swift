// SPDX-License-Identifier: Apache-2.0

import Court
import Foundation
import Sealing
import Standards

/// What an examiner types about the exhibits.
extension Evidence.Seal {
    /// The words as they are, or `NAME, SHA-256 HEX` of a file that lies there.
    static func order(_ given: String) throws(ComityError) -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: given, isDirectory: &isFolder), !isFolder.boolValue else {
            return try plain(given, "order")
        }
        let name = given.split(separator: "/").last.map(String.init) ?? given
        return "\(try plain(name, "name of the order")), SHA-256 \(try FileMeasure.of(given).sha256)"
    }

    /// How the exhibits were collected; nil when nothing is said of it.
    func collection() throws(ComityError) -> PackageStatement.Collection? {
        guard let collectedBy else {
            guard collectedAt == nil, collectedPlace == nil, collectedTool == nil else {
                throw ComityError(.usage, "Who collected the exhibits is not said.", next: "Add --collected-by.")
            }
            return nil
        }
        return .init(
            by: try Self.plain(collectedBy, "collector"), at: try collectedAt.map { text throws(ComityError) in try Instant(text) },
            place: try Self.plain(collectedPlace ?? "", "place"), tool: try Self.plain(collectedTool ?? "", "tool"))
    }

    private static func plain(_ text: String, _ what: String) throws(ComityError) -> String {
        guard text.count <= 1000, Text.safe(text, limit: 1000) == text else {
            throw ComityError(
                .usage, "The \(what) is too long or has characters that cannot be shown.",
                next: "Write it in at most 1000 plain characters.")
        }
        return text
    }
}
