// SPDX-License-Identifier: Apache-2.0

import Standards

/// `comity/contents.json`: what comes in the archive and where, written before it comes. It lets a reader name an exhibit
/// that is cut off or lies in a damaged part.
struct PackageContents: Codable, Sendable {
    struct Item: Codable, Sendable {
        let number: Int
        let path: String
        let size: Int64
        /// Where its data begins in the tar archive, in bytes.
        let offset: Int64
    }

    let v: Int
    let exhibits: [Item]

    /// The bytes of the file and its items. The file stands before the exhibits, so its own length moves them: computed
    /// again until the number of blocks no longer changes (it only grows, so this ends).
    static func plan(name: String, inputs: [PackageInput]) throws(ComityError) -> (
        contents: PackageContents, bytes: [UInt8]
    ) {
        var relative: [Int64] = []
        var end: Int64 = 0
        for input in inputs {
            let header = TarHeader.length(file: "\(name)/\(input.path)", size: input.stamp.size)
            relative.append(end + header)
            let (next, overflow) = end.addingReportingOverflow(header + TarHeader.padded(input.stamp.size))
            guard !overflow else { throw ComityError(.tooLarge, "The exhibits together are too large.") }
            end = next
        }
        let declaration = Int64(PackageLayout.declarationText.utf8.count)
        let before = Int64(TarHeader.blockSize) * 2 + TarHeader.padded(declaration)
        var assumed = expectedLength(inputs, relative, before)
        while true {
            let base = before + TarHeader.padded(assumed)
            let items = inputs.enumerated().map { index, input in
                Item(number: index + 1, path: input.path, size: input.stamp.size, offset: base + relative[index])
            }
            let contents = PackageContents(v: 1, exhibits: items)
            let bytes = try IJSON.encode(contents)
            if TarHeader.padded(Int64(bytes.count)) == TarHeader.padded(assumed) { return (contents, bytes) }
            assumed = Int64(bytes.count)
        }
    }

    /// How long the file will be, so that it is usually written once: the lengths of names and numbers, and what stands around them.
    private static func expectedLength(_ inputs: [PackageInput], _ relative: [Int64], _ before: Int64) -> Int64 {
        func digits(_ number: Int64) -> Int64 {
            var (count, rest) = (Int64(1), number)
            while rest >= 10 { (count, rest) = (count + 1, rest / 10) }
            return count
        }
        let frame = Int64(#"{"exhibits":[],"v":1}"#.utf8.count) - 1
        let around = Int64(#"{"number":,"offset":,"path":"","size":},"#.utf8.count)
        var fixed = frame
        for (index, input) in inputs.enumerated() {
            let escaped = input.path.utf8.reduce(Int64(0)) { $0 + ($1 == UInt8(ascii: "\"") ? 2 : 1) }
            fixed += around + escaped + digits(Int64(index + 1)) + digits(input.stamp.size)
        }
        var length: Int64 = 0
        while true {
            let base = before + TarHeader.padded(length)
            let next = relative.reduce(fixed) { $0 + digits(base + $1) }
            if TarHeader.padded(next) <= TarHeader.padded(length) { return length }
            length = next
        }
    }

    /// Whether it can be used to find exhibits: numbered 1, 2, 3 …, plain paths, offsets rising in blocks.
    var isSound: Bool {
        guard v == 1, exhibits.count <= PackageLayout.maximumExhibits else { return false }
        var end: Int64 = 0
        for (index, item) in exhibits.enumerated() {
            guard item.number == index + 1, (0...(1 << 61)).contains(item.size), item.offset >= end, item.offset <= 1 << 61,
                item.offset % Int64(TarHeader.blockSize) == 0, item.path.hasPrefix(PackageLayout.payloadPrefix),
                SafePath.fault(item.path) == nil
            else { return false }
            end = item.offset + item.size
        }
        return true
    }

    /// The first exhibit whose data begins at `offset` or later.
    func first(from offset: Int64) -> Item? {
        var low = 0
        var high = exhibits.count
        while low < high {
            let middle = (low + high) / 2
            if exhibits[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low < exhibits.count ? exhibits[low] : nil
    }
}
