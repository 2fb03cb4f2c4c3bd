// SPDX-License-Identifier: Apache-2.0

import Standards

/// Reads an opened bag in a folder and collects what is there.
struct FolderExamination {
    private var evidence = PackageEvidence()

    static func run(_ folder: String) throws(ComityError) -> PackageEvidence {
        guard try FileStamp.of(folder).kind == .folder else {
            throw ComityError(.malformedInput, "\(folder) is not a folder.", next: "Name the folder of an opened package.")
        }
        var examination = FolderExamination()
        try examination.walk(folder, below: "")
        return examination.evidence
    }

    private mutating func walk(_ folder: String, below prefix: String) throws(ComityError) {
        for name in try FolderListing.names(of: folder) {
            guard let name else {
                evidence.findings.add(.entryRefused, "A name in \(prefix.isEmpty ? "the bag" : prefix) is not valid UTF-8.")
                continue
            }
            let path = prefix + name
            if let fault = SafePath.fault(path) {
                evidence.findings.add(.entryRefused, "A path below \(prefix.isEmpty ? "the bag" : prefix) is refused: \(fault).")
                continue
            }
            switch try FileStamp.of("\(folder)/\(name)").kind {
            case .folder: try walk("\(folder)/\(name)", below: path + "/")
            case .file:
                let file = try FileSource(path: "\(folder)/\(name)")
                try evidence.take(path, announced: file.size, offset: nil) { (buffer) throws(ComityError) -> Int in
                    try file.read(into: buffer)
                }
            case .link, .other: evidence.findings.add(.entryRefused, "\(path) is neither a file nor a folder.")
            }
        }
    }
}
