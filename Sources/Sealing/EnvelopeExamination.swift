// SPDX-License-Identifier: Apache-2.0

import Standards

/// Reads a sealed package to its end, through whatever damage, and collects what is there.
///
/// Where a tar header lies in a changed piece of the envelope and cannot be read, `comity/contents.json` says where the
/// next exhibit begins; without it, the blocks are searched for the next header.
struct EnvelopeExamination {
    private let source: DiagnosingSource
    private let tar: TarReader
    private let size: Int64
    private let progress: SealingProgress?
    private var top: String?
    private var contents: PackageContents?
    private var evidence = PackageEvidence()

    /// - Parameters:
    ///   - chunks: stands at the first chunk.
    ///   - size: of the sealed file, for progress.
    static func run(
        _ chunks: AgeChunkReader, size: Int64, progress: SealingProgress?
    ) throws(ComityError) -> PackageEvidence {
        var examination = EnvelopeExamination(chunks, size, progress)
        try examination.read()
        examination.conclude()
        return examination.evidence
    }

    private init(_ chunks: AgeChunkReader, _ size: Int64, _ progress: SealingProgress?) {
        source = DiagnosingSource(chunks: chunks)
        tar = TarReader(source, maximumEntries: PackageLayout.maximumEntries)
        self.size = size
        self.progress = progress
    }

    private mutating func read() throws(ComityError) {
        while true {
            let start = TarHeader.padded(tar.position)
            do throws(ComityError) {
                guard let entry = try tar.next() else { return }
                try take(located(entry, headerFrom: start))
            } catch {
                if Self.isOurs(error) { throw error }
                if tar.isCutOff { return }
                guard source.damaged(in: start..<max(tar.position, start + 1)) != nil else {
                    evidence.findings.add(.archiveMalformed, error.what)
                    return
                }
                guard let next = contents?.first(from: tar.position) else { continue }
                do throws(ComityError) {
                    try take(try tar.resume(at: next.offset, path: qualified(next.path), size: next.size))
                } catch {
                    if Self.isOurs(error) { throw error }
                    if tar.isCutOff { return }
                }
            }
        }
    }

    /// It says nothing about the package.
    private static func isOurs(_ error: ComityError) -> Bool {
        switch error.code {
        case .storage, .permission, .failure, .interrupted: true
        default: false
        }
    }

    private func qualified(_ path: String) -> String { top.map { "\($0)/\(path)" } ?? "/\(path)" }

    /// An entry whose header lies in a changed piece may have a changed name or size: then the plan is believed.
    private func located(_ entry: TarEntry, headerFrom start: Int64) throws(ComityError) -> TarEntry {
        guard source.damaged(in: start..<entry.offset) != nil, let item = contents?.first(from: entry.offset), item.offset == entry.offset,
            qualified(item.path) != entry.path || item.size != entry.size
        else { return entry }
        return try tar.resume(at: item.offset, path: qualified(item.path), size: item.size)
    }

    private mutating func take(_ entry: TarEntry) throws(ComityError) {
        let parts = entry.path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        if top == nil, !name.isEmpty { top = name }
        guard entry.kind == .file else { return }
        guard parts.count == 2, name == top || name.isEmpty else {
            evidence.findings.add(.entryRefused, "\(entry.path) stands outside the folder of the bag.")
            return
        }
        let path = String(parts[1])
        guard !evidence.has(path) else {
            evidence.findings.add(.entryRefused, "\(path) stands twice.")
            return
        }
        let (source, tar, progress, size) = (source, tar, progress, size)
        let part = entry.offset..<(entry.offset + entry.size)
        try evidence.take(path, announced: entry.size, offset: entry.offset) {
            guard let hit = source.damaged(in: part) else { return "" }
            return "the change lies between byte \(hit.lowerBound - part.lowerBound) and byte \(hit.upperBound - part.lowerBound) of it"
        } from: { (buffer) throws(ComityError) -> Int in
            try progress?(source.sealedPosition, size)
            return try tar.read(into: buffer)
        }
        if path == PackageLayout.contents, let bytes = evidence.tags[path] {
            let plan = try? IJSON.decode(PackageContents.self, from: bytes, limit: Int(PackageLayout.maximumTagFile))
            if let plan, plan.isSound { contents = plan }
        }
    }

    private mutating func conclude() {
        evidence.changed = source.changed
        for range in source.changed {
            evidence.findings.add(
                .envelopeChanged, "The sealed envelope was changed at byte \(range.lowerBound)..\(range.upperBound - 1).")
        }
        if source.isFollowed {
            evidence.findings.add(.envelopeTrailing, "Something was appended to the sealed file at byte \(source.sealedPosition).")
        }
        // A change in the zero blocks at the very end looks like a missing end; the file is whole then.
        let isWhole = tar.position % Int64(TarHeader.blockSize) == 0 && !source.changed.isEmpty && evidence.has(PackageLayout.tagManifest)
        if source.isCutOff || (tar.isCutOff && !isWhole) {
            evidence.isCutOff = true
            evidence.findings.add(.envelopeCut, "The sealed file is cut off at byte \(size).")
        }
    }
}
