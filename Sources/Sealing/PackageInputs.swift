// SPDX-License-Identifier: Apache-2.0

import Glibc
import Standards

/// One file to be sealed.
struct PackageInput {
    /// In the file system.
    let source: String
    /// In the bag, beginning with `data/`.
    let path: String
    let stamp: FileStamp
}

/// Finds the files below the given paths, in the order in which they will stand in the archive.
struct PackageInputs {
    private var found: [PackageInput] = []

    /// - Throws: `.malformedInput` for links, sockets, devices, unsafe or clashing names (both are named); `.usage` when
    ///   there is no file at all; `.tooLarge` for too many; `.notFound`, `.permission`, `.storage`.
    static func gather(_ inputs: [String]) throws(ComityError) -> [PackageInput] {
        var gatherer = PackageInputs()
        for input in inputs {
            let source = try resolved(input)
            try gatherer.take(source, as: PackageLayout.payloadPrefix + DurableFile.split(source).name)
        }
        guard !gatherer.found.isEmpty else {
            throw ComityError(
                .usage, "There is no file in what was given to seal.", next: "Name at least one file; empty folders are not kept.")
        }
        try refuseClashes(gatherer.found)
        return gatherer.found
    }

    /// Without trailing slashes; `.` and `..` by their real name.
    private static func resolved(_ input: String) throws(ComityError) -> String {
        var path = input
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        guard !path.isEmpty, !path.utf8.contains(0) else { throw ComityError(.usage, "An empty path was given to seal.") }
        guard [".", "..", "", "/"].contains(DurableFile.split(path).name) || path == "/" else { return path }
        guard let real = realpath(path, nil) else { throw SystemFailure.error("find", path) }
        defer { free(real) }
        let text = String(cString: real)
        guard text != "/" else { throw ComityError(.usage, "The whole file system cannot be sealed.", next: "Name files or folders.") }
        return text
    }

    private mutating func take(_ source: String, as path: String) throws(ComityError) {
        if let fault = SafePath.fault(path) ?? Self.fault(path) {
            throw ComityError(
                .malformedInput, "The name of \(source) cannot travel in a package: \(fault).",
                next: "Rename it, or put it into an archive.")
        }
        let stamp = try FileStamp.of(source)
        switch stamp.kind {
        case .file:
            found.append(PackageInput(source: source, path: path, stamp: stamp))
            guard found.count <= PackageLayout.maximumExhibits else {
                throw ComityError(
                    .tooLarge, "A package holds at most \(PackageLayout.maximumExhibits) exhibits.", next: "Seal several packages.")
            }
        case .folder:
            for name in try FolderListing.names(of: source) {
                guard let name else {
                    throw ComityError(
                        .malformedInput, "A name in \(source) is not valid UTF-8.", next: "Rename it, or put it into an archive.")
                }
                try take("\(source)/\(name)", as: "\(path)/\(name)")
            }
        case .link:
            throw ComityError(
                .malformedInput, "\(source) is a symbolic link.", why: "What a link points to may differ on the other side.",
                next: "Name the file itself, or take the link out.")
        case .other:
            throw ComityError(
                .malformedInput, "\(source) is a socket, a pipe or a device.", why: "Only files can be sealed.", next: "Take it out.")
        }
    }

    /// What a manifest line cannot carry faithfully to every checking program, and what is no file on some systems.
    private static func fault(_ path: String) -> String? {
        for component in path.split(separator: "/") {
            if component.last?.isWhitespace == true { return "“\(component)” ends in a space" }
            if component.last == "." { return "“\(component)” ends in a dot, which some systems drop" }
            let stem = component.prefix { $0 != "." }.lowercased()
            if reserved.contains(stem) { return "“\(component)” is the name of a device on some systems" }
        }
        return nil
    }

    /// Names of devices on Windows, with any ending.
    private static let reserved = Set(
        ["con", "prn", "aux", "nul", "conin$", "conout$"] + (0...9).flatMap { ["com\($0)", "lpt\($0)"] } + [
            "com¹", "com²", "com³", "lpt¹", "lpt²", "lpt³",
        ])

    private static func refuseClashes(_ inputs: [PackageInput]) throws(ComityError) {
        var files: [String: Int] = [:]
        for (index, input) in inputs.enumerated() {
            if let other = files.updateValue(index, forKey: SafePath.folded(input.path)) {
                throw clash(inputs[other].source, input.source)
            }
        }
        var folders: Set<String> = []
        for input in inputs {
            var folder = SafePath.folded(DurableFile.split(input.path).folder)
            // Above a folder that was looked at, all were.
            while folder != ".", folders.insert(folder).inserted {
                if let other = files[folder] { throw clash(inputs[other].source, input.source) }
                folder = DurableFile.split(folder).folder
            }
        }
    }

    private static func clash(_ first: String, _ second: String) -> ComityError {
        ComityError(
            .malformedInput, "\(first) and \(second) would have the same name in the package.",
            why: "Names that differ only in capitals or in the encoding of accents are one name on many systems.",
            next: "Rename one of them.")
    }
}
