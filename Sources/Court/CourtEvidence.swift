// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sealing
import Standards

/// What was seen of a bundle's folder, before anything is concluded from it; the content of the bag is not looked at here.
struct CourtEvidence: Sendable {
    /// Files outside the bag and the two manifests of the bag, by path.
    private(set) var files: [String: FileMeasure] = [:]
    /// What is in the folder and is no file that can be read, in words.
    private(set) var oddities: [String] = []
    /// Names below `bag/`.
    private(set) var bags: [String] = []

    /// - Throws: `.notFound`, `.malformedInput` when it is no folder, `.tooLarge` for a folder with too many files.
    init(_ folder: String) throws(ComityError) {
        for name in try Self.names(folder) {
            if name == CourtLayout.bag, Self.isFolder("\(folder)/\(name)") {
                bags = try Self.names("\(folder)/\(name)")
            } else {
                take(folder, name)
            }
        }
        for bag in bags {
            for name in CourtLayout.manifests { take(folder, "\(CourtLayout.bag)/\(bag)/\(name)", mayBeMissing: true) }
        }
    }

    /// Whether a folder is meant to be a court bundle, whole or not: otherwise it may be an opened bag.
    static func isBundle(_ folder: String) -> Bool {
        let manager = FileManager.default
        func has(_ name: String) -> Bool { manager.fileExists(atPath: "\(folder)/\(name)") }
        return has(CourtLayout.signature) || !has("bagit.txt") && (has(CourtLayout.custody) || has(CourtLayout.bag))
    }

    private mutating func take(_ folder: String, _ path: String, mayBeMissing: Bool = false) {
        let isWanted = [CourtLayout.signature, CourtLayout.custody].contains(path)
        do throws(ComityError) {
            files[path] =
                isWanted
                ? try FileMeasure.read("\(folder)/\(path)", limit: CourtLayout.maximumFile) : try FileMeasure.of("\(folder)/\(path)")
        } catch {
            if !mayBeMissing || error.code != .notFound { oddities.append("\(path) cannot be read as a file: \(error.what)") }
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue && !isLink
    }

    private static func names(_ folder: String) throws(ComityError) -> [String] {
        guard isFolder(folder) else {
            throw ComityError(.malformedInput, "\(Text.safe(folder)) is not a folder.", next: "Name the folder of a court bundle.")
        }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
            throw ComityError(.permission, "\(Text.safe(folder)) cannot be listed.", why: error.localizedDescription)
        }
        guard names.count <= CourtLayout.maximumFiles else {
            throw ComityError(
                .tooLarge, "\(Text.safe(folder)) holds \(names.count) files; a court bundle has less than \(CourtLayout.maximumFiles).")
        }
        return names
    }
}
