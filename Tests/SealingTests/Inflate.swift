// SPDX-License-Identifier: Apache-2.0

/// Decompresses zlib data (RFC 1950, RFC 1951), as some vectors are stored. For tests: checks nothing but the structure.
struct Inflate {
    private let input: [UInt8]
    private var position = 2
    private var bits = 0
    private var count = 0
    private var out: [UInt8] = []

    static func zlib(_ bytes: [UInt8]) -> [UInt8]? {
        var state = Inflate(input: bytes)
        return bytes.count > 6 && state.run() ? state.out : nil
    }

    private init(input: [UInt8]) { self.input = input }

    private mutating func take(_ wanted: Int) -> Int {
        while count < wanted {
            bits |= (position < input.count ? Int(input[position]) : 0) << count
            position += 1
            count += 8
        }
        defer {
            bits >>= wanted
            count -= wanted
        }
        return bits & (1 << wanted - 1)
    }

    private struct Code {
        var counts = [Int](repeating: 0, count: 16)
        var symbols: [Int] = []

        init(_ lengths: [Int]) {
            for length in lengths where length > 0 { counts[length] += 1 }
            for length in 1..<16 { symbols += lengths.indices.filter { lengths[$0] == length } }
        }
    }

    private mutating func symbol(_ code: Code) -> Int? {
        var value = 0
        var first = 0
        var index = 0
        for length in 1..<16 {
            value |= take(1)
            let here = code.counts[length]
            if value - first < here { return code.symbols[index + value - first] }
            index += here
            first = (first + here) << 1
            value <<= 1
        }
        return nil
    }

    private static let lengthBase = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
    ]
    private static let lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
    private static let distanceBase = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289,
        16385, 24577,
    ]

    private mutating func codes(_ literals: Code, _ distances: Code) -> Bool {
        while let value = symbol(literals) {
            if value == 256 { return true }
            if value < 256 {
                out.append(UInt8(value))
                continue
            }
            guard value - 257 < Self.lengthBase.count else { return false }
            let length = Self.lengthBase[value - 257] + take(Self.lengthExtra[value - 257])
            guard let code = symbol(distances), code < 30 else { return false }
            let distance = Self.distanceBase[code] + take(code < 2 ? 0 : code / 2 - 1)
            guard distance <= out.count else { return false }
            for _ in 0..<length { out.append(out[out.count - distance]) }
        }
        return false
    }

    private mutating func dynamic() -> (Code, Code)? {
        let literals = take(5) + 257
        let distances = take(5) + 1
        let used = take(4) + 4
        var lengths = [Int](repeating: 0, count: 19)
        for place in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15].prefix(used) { lengths[place] = take(3) }
        let code = Code(lengths)
        var all: [Int] = []
        while all.count < literals + distances {
            guard let value = symbol(code) else { return nil }
            switch value {
            case 16: all += [Int](repeating: all.last ?? 0, count: 3 + take(2))
            case 17: all += [Int](repeating: 0, count: 3 + take(3))
            case 18: all += [Int](repeating: 0, count: 11 + take(7))
            default: all.append(value)
            }
        }
        return (Code(Array(all[..<literals])), Code(Array(all[literals..<(literals + distances)])))
    }

    private mutating func run() -> Bool {
        while position < input.count + 4 {
            let isLast = take(1) == 1
            switch take(2) {
            case 0:
                bits = 0
                position -= count / 8
                count = 0
                guard position + 4 <= input.count else { return false }
                let length = Int(input[position]) | Int(input[position + 1]) << 8
                position += 4
                guard position + length <= input.count else { return false }
                out += input[position..<(position + length)]
                position += length
            case 1:
                let literals = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
                guard codes(Code(literals), Code([Int](repeating: 5, count: 30))) else { return false }
            case 2: guard let (literals, distances) = dynamic(), codes(literals, distances) else { return false }
            default: return false
            }
            if isLast { return true }
        }
        return false
    }
}
