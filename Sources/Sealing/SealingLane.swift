// SPDX-License-Identifier: Apache-2.0

import Standards

/// Exhibits that stand next to each other in the archive, as the archive has them: headers, contents, padding.
///
/// Every exhibit is read once: the bytes that are hashed are the bytes that are sealed. Owns the open file of one exhibit.
final class SealingLane {
    /// What one call put into the buffer.
    struct Batch {
        var count = 0
        /// Bytes of exhibits among them.
        var content: Int64 = 0
        var pieces: [StreamHashes.Piece] = []
        /// Exhibits, by their place in the list, that end here.
        var ended: [(index: Int, stream: StreamHash)] = []
    }

    private let name: String
    private let modified: Int64
    private let inputs: [PackageInput]
    private let items: [PackageContents.Item]
    private var next: Int
    private let end: Int
    /// Of the next byte in the archive.
    private(set) var position: Int64
    private var header: ArraySlice<UInt8> = []
    private var source: FileSource?
    private var stream = StreamHash()
    private var left: Int64 = 0
    private var padding = 0

    /// - Parameters:
    ///   - name: of the bag's folder.
    ///   - range: of the exhibits.
    ///   - position: where their first header stands.
    init(
        name: String, modified: Int64, inputs: [PackageInput], items: [PackageContents.Item], range: Range<Int>, position: Int64
    ) {
        self.name = name
        self.modified = modified
        self.inputs = inputs
        self.items = items
        next = range.lowerBound
        end = range.upperBound
        self.position = position
    }

    /// Puts the next bytes of the archive into `buffer` until it is full or the lane ends.
    /// - Throws: `.wrongState` when an exhibit changed since it was found, and what reading throws.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Batch {
        var batch = Batch()
        while batch.count < buffer.count {
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[batch.count...])
            if !header.isEmpty {
                let count = min(header.count, room.count)
                room.copyBytes(from: header.prefix(count))
                header = header.dropFirst(count)
                batch.count += count
            } else if let source {
                try take(source, room, &batch)
            } else if padding > 0 {
                let count = min(padding, room.count)
                for index in 0..<count { room[index] = 0 }
                padding -= count
                batch.count += count
            } else if next < end {
                try begin(at: position + Int64(batch.count), &batch)
            } else {
                break
            }
        }
        position += Int64(batch.count)
        return batch
    }

    private func begin(at place: Int64, _ batch: inout Batch) throws(ComityError) {
        let (input, item) = (inputs[next], items[next])
        let source = try FileSource(path: input.source)
        guard source.stamp == input.stamp else { throw Self.changed(input) }
        let blocks = try TarHeader.blocks(file: "\(name)/\(item.path)", size: item.size, modified: modified, isExecutable: false)
        guard place + Int64(blocks.count) == item.offset else {
            throw ComityError(.failure, "The archive is not laid out as announced.")
        }
        header = blocks[...]
        stream = StreamHash()
        left = item.size
        padding = Int(TarHeader.padded(item.size) - item.size)
        if left > 0 { self.source = source } else { batch.ended.append((next, stream)) }
        next += 1
    }

    private func take(_ source: FileSource, _ room: UnsafeMutableRawBufferPointer, _ batch: inout Batch) throws(ComityError) {
        let wanted = UnsafeMutableRawBufferPointer(rebasing: room[..<Int(min(left, Int64(room.count)))])
        let count = try source.read(into: wanted)
        guard count > 0 else { throw Self.changed(inputs[next - 1]) }
        batch.pieces.append(.init(stream: stream, bytes: UnsafeRawBufferPointer(rebasing: wanted[..<count])))
        batch.count += count
        batch.content += Int64(count)
        left -= Int64(count)
        guard left == 0 else { return }
        guard try source.stampNow() == inputs[next - 1].stamp else { throw Self.changed(inputs[next - 1]) }
        batch.ended.append((next - 1, stream))
        self.source = nil
    }

    private static func changed(_ input: PackageInput) -> ComityError {
        ComityError(
            .wrongState, "\(input.source) changed while it was being sealed.",
            why: "An exhibit must stand still, or its hash means nothing.",
            next: "Close the program that writes to it, or copy it first, and seal again.")
    }

    /// Exhibits in lanes of about an eighth of all, at least 16 MiB: enough to hash four at once, few enough to write in long runs.
    static func lanes(
        name: String, modified: Int64, inputs: [PackageInput], items: [PackageContents.Item], from start: Int64, to end: Int64
    )
        -> [SealingLane]
    {
        let target = max(16 << 20, (end - start) / 8)
        var lanes: [SealingLane] = []
        var first = 0
        var begin = start
        for index in items.indices {
            let after = items[index].offset + TarHeader.padded(items[index].size)
            guard after - begin >= target || index == items.count - 1 else { continue }
            lanes.append(
                SealingLane(name: name, modified: modified, inputs: inputs, items: items, range: first..<(index + 1), position: begin))
            first = index + 1
            begin = after
        }
        return lanes
    }
}
