// SPDX-License-Identifier: Apache-2.0

import Glibc
import Standards

/// Reads `multipart/form-data` (RFC 7578) as it arrives. Whatever pieces the bytes come in, the parts are the same.
///
/// Pure: bytes in, events out. It keeps the header of one part, or at most one delimiter of content that may still turn out to be
/// a delimiter; never a whole part.
struct Multipart {
    /// What comes next.
    enum Event: Equatable {
        case begin(MultipartHeader)
        /// Bytes of the part that began last, in pieces of any size.
        case content([UInt8])
        case end
    }

    /// Largest header of a part, in bytes.
    static let largestHeader = 8 << 10
    /// Most parts, fields included.
    static let mostParts = 2000
    /// Most bytes before the first delimiter; none are usual.
    static let largestPreamble = 1 << 10

    private enum Place {
        /// Before the first delimiter: what comes there is no part.
        case preamble
        /// Behind a delimiter: two hyphens or a line end.
        case delimiter
        case header
        case content
        /// Behind the last delimiter; what comes there is nothing.
        case epilogue
    }

    private let delimiter: [UInt8]
    private var place = Place.preamble
    /// What cannot be judged before more comes. A line end stands before the first delimiter, as before the others.
    private var rest: [UInt8] = [0x0D, 0x0A]
    private var skipped = 0
    private var parts = 0

    /// - Throws: `.malformedInput` when the media type is not this one or names no usable boundary.
    init(contentType: String?) throws(ComityError) {
        guard let boundary = contentType.flatMap(MultipartHeader.boundary) else {
            throw ComityError(
                .malformedInput, "This address takes a form with files.", why: "The request is not multipart/form-data with a boundary.",
                next: "Use the page of the desk.")
        }
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    /// Takes the next bytes.
    /// - Returns: what they bring, in order.
    mutating func take(_ bytes: [UInt8]) throws(ComityError) -> [Event] {
        var events: [Event] = []
        // Joined only when something is left over; content is searched where it lies.
        let input = rest.isEmpty ? bytes : rest + bytes
        rest = []
        var position = 0
        while position < input.count {
            let next: Int? =
                switch place {
                case .preamble, .content: try content(input, from: position, &events)
                case .delimiter: try behindDelimiter(input, from: position)
                case .header: try header(input, from: position, &events)
                case .epilogue: input.count
                }
            guard let next else {
                rest = Array(input[position...])
                break
            }
            position = next
        }
        return events
    }

    /// Says that nothing more comes.
    /// - Throws: `.malformedInput` when the last delimiter has not come: the upload was cut off.
    func finish() throws(ComityError) {
        guard place == .epilogue else {
            throw ComityError(
                .malformedInput, "The upload was cut off.", why: "The end of the form did not arrive. Nothing of it was kept.",
                next: "Look at your connection and upload the files again.")
        }
    }

    // MARK: Pieces

    // Each takes what it can and says where the next begins; nil when it needs more.

    /// Content up to the next delimiter, or all but the end that could begin one.
    private mutating func content(_ input: [UInt8], from start: Int, _ events: inout [Event]) throws(ComityError) -> Int? {
        if let found = Self.find(delimiter, in: input, from: start) {
            try give(input, start..<found, &events)
            if place == .content { events.append(.end) }
            place = .delimiter
            return found + delimiter.count
        }
        let held = Self.overlap(of: delimiter, atEndOf: input, from: start)
        try give(input, start..<(input.count - held), &events)
        rest = Array(input[(input.count - held)...])
        return input.count
    }

    private mutating func give(_ input: [UInt8], _ range: Range<Int>, _ events: inout [Event]) throws(ComityError) {
        guard !range.isEmpty else { return }
        guard place == .content else {
            skipped += range.count
            guard skipped <= Self.largestPreamble else { throw Self.broken("its first delimiter does not come") }
            return
        }
        events.append(.content(range.count == input.count ? input : Array(input[range])))
    }

    /// Two hyphens end the form; white space and a line end begin a part.
    private mutating func behindDelimiter(_ input: [UInt8], from start: Int) throws(ComityError) -> Int? {
        guard input.count - start >= 2 else { return nil }
        if input[start] == UInt8(ascii: "-"), input[start + 1] == UInt8(ascii: "-") {
            place = .epilogue
            return start + 2
        }
        var end = start
        while end < input.count, input[end] == 0x20 || input[end] == 0x09 { end += 1 }
        guard end - start <= 64 else { throw Self.broken("a delimiter is followed by too much white space") }
        guard input.count - end >= 2 else { return nil }
        guard input[end] == 0x0D, input[end + 1] == 0x0A else { throw Self.broken("a delimiter is not followed by a line end") }
        parts += 1
        guard parts <= Self.mostParts else {
            throw ComityError(.tooLarge, "The form has more than \(Self.mostParts) parts.", next: "Upload fewer files at once.")
        }
        place = .header
        // The line end stays: a header without lines ends with two line ends as well.
        return end
    }

    private mutating func header(_ input: [UInt8], from start: Int, _ events: inout [Event]) throws(ComityError) -> Int? {
        let end = Array("\r\n\r\n".utf8)
        guard let found = Self.find(end, in: input, from: start) else {
            guard input.count - start <= Self.largestHeader else { throw Self.broken("the header of a part is too long") }
            return nil
        }
        guard found - start <= Self.largestHeader else { throw Self.broken("the header of a part is too long") }
        guard let header = MultipartHeader(Array(input[start..<found])) else { throw Self.broken("the header of a part cannot be read") }
        events.append(.begin(header))
        place = .content
        return found + end.count
    }

    private static func broken(_ why: String) -> ComityError {
        ComityError(
            .malformedInput, "The form cannot be read.", why: "It is not multipart/form-data: \(why).", next: "Go back, and send it again.")
    }

    // MARK: Searching

    private static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { bytes in
            needle.withUnsafeBytes { needle in
                guard let base = bytes.baseAddress, let first = needle.first, let wanted = needle.baseAddress else { return nil }
                var position = start
                // From one possible beginning to the next; the library looks faster than a loop here would.
                while bytes.count - position >= needle.count,
                    let found = memchr(base + position, Int32(first), bytes.count - position - needle.count + 1)
                {
                    let offset = UnsafeRawPointer(found) - base
                    if memcmp(found, wanted, needle.count) == 0 { return offset }
                    position = offset + 1
                }
                return nil
            }
        }
    }

    /// How many bytes at the end could begin the needle.
    private static func overlap(of needle: [UInt8], atEndOf bytes: [UInt8], from start: Int) -> Int {
        var count = min(needle.count - 1, bytes.count - start)
        while count > 0 {
            if bytes[(bytes.count - count)...].elementsEqual(needle[..<count]) { return count }
            count -= 1
        }
        return 0
    }
}
