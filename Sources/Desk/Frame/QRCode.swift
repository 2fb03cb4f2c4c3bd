// SPDX-License-Identifier: Apache-2.0

/// A QR code (ISO/IEC 18004, model 2): byte mode, error correction level M, versions 1 to 20, so up to 666 bytes. Made here
/// because the secret of a code generator must not travel to anybody who draws pictures.
struct QRCode {
    /// Modules on a side, without the quiet zone.
    let size: Int
    let mask: Int
    private var dark: [Bool]
    private var isFunction: [Bool]

    /// True where the module in that column and row is dark.
    subscript(x: Int, y: Int) -> Bool { dark[y * size + x] }

    // Level M of table 9: codewords for correction in each block, and the number of blocks, of versions 1 to 20.
    private static let correction = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26]
    private static let blocks = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16]

    /// - Parameter mask: 0 to 7; nil takes the one that reads best.
    /// - Returns: nil for more bytes than fit.
    init?(_ bytes: [UInt8], mask wanted: Int? = nil) {
        guard let version = (1...20).first(where: { Self.capacity($0) >= bytes.count }) else { return nil }
        let size = 17 + 4 * version
        var plain = QRCode(size: size, mask: 0)
        plain.drawFunctions(version)
        plain.draw(Self.interleaved(bytes, version))
        let masked = (wanted.map { [$0] } ?? Array(0..<8)).map { mask in plain.masked(mask) }
        guard let best = masked.min(by: { $0.penalty < $1.penalty }) else { return nil }
        self = best
    }

    private init(size: Int, mask: Int) {
        self.size = size
        self.mask = mask
        dark = Array(repeating: false, count: size * size)
        isFunction = dark
    }

    /// The dark modules as the `d` of an SVG path, one unit a module; runs of a row are joined.
    var path: String {
        var out = ""
        for y in 0..<size {
            var x = 0
            while x < size {
                guard self[x, y] else {
                    x += 1
                    continue
                }
                let start = x
                while x < size, self[x, y] { x += 1 }
                out += "M\(start) \(y)h\(x - start)v1h-\(x - start)z"
            }
        }
        return out
    }

    // MARK: Data

    /// All codewords of a version: modules that are left for data, in bytes.
    private static func codewords(_ version: Int) -> Int {
        var modules = (16 * version + 128) * version + 64
        if version >= 2 {
            let alignments = version / 7 + 2
            modules -= (25 * alignments - 10) * alignments - 55
            if version >= 7 { modules -= 36 }
        }
        return modules / 8
    }

    private static func dataCodewords(_ version: Int) -> Int {
        codewords(version) - correction[version - 1] * blocks[version - 1]
    }

    /// Bytes of content: 4 bits of mode and 8 or 16 of length come first.
    static func capacity(_ version: Int) -> Int { dataCodewords(version) - (version < 10 ? 2 : 3) }

    /// Mode, length, content, padding; cut into blocks, each with its correction, and interleaved.
    private static func interleaved(_ bytes: [UInt8], _ version: Int) -> [UInt8] {
        var bits: [Bool] = []
        func append(_ value: Int, _ count: Int) {
            for bit in stride(from: count - 1, through: 0, by: -1) { bits.append(value >> bit & 1 == 1) }
        }
        append(4, 4)
        append(bytes.count, version < 10 ? 8 : 16)
        for byte in bytes { append(Int(byte), 8) }
        let capacity = dataCodewords(version) * 8
        append(0, min(4, capacity - bits.count))
        append(0, (8 - bits.count % 8) % 8)
        var padding = [0xEC, 0x11]
        while bits.count < capacity {
            append(padding[0], 8)
            padding.reverse()
        }
        let data = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        let (count, extra) = (blocks[version - 1], correction[version - 1])
        let divisor = generator(extra)
        let long = data.count % count
        var parts: [(data: ArraySlice<UInt8>, correction: [UInt8])] = []
        var start = 0
        for block in 0..<count {
            // The longer blocks come last.
            let end = start + data.count / count + (block >= count - long ? 1 : 0)
            parts.append((data[start..<end], remainder(data[start..<end], divisor)))
            start = end
        }
        var out: [UInt8] = []
        for index in 0...data.count / count {
            for part in parts where index < part.data.count { out.append(part.data[part.data.startIndex + index]) }
        }
        for index in 0..<extra { for part in parts { out.append(part.correction[index]) } }
        return out
    }

    // MARK: Reed and Solomon, over GF(256) with 0x11D

    private static func multiply(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var product: UInt16 = 0
        for bit in stride(from: 7, through: 0, by: -1) {
            product = product << 1 ^ (product >> 7 & 1) * 0x11D
            product ^= UInt16(right >> UInt8(bit) & 1) * UInt16(left)
        }
        return UInt8(truncatingIfNeeded: product)
    }

    /// The product of `x - 2^i` for `i` below the degree, without the leading 1.
    private static func generator(_ degree: Int) -> [UInt8] {
        var polynomial = [UInt8](repeating: 0, count: degree)
        polynomial[degree - 1] = 1
        var root: UInt8 = 1
        for _ in 0..<degree {
            for index in 0..<degree {
                polynomial[index] = multiply(polynomial[index], root)
                if index + 1 < degree { polynomial[index] ^= polynomial[index + 1] }
            }
            root = multiply(root, 2)
        }
        return polynomial
    }

    private static func remainder(_ data: ArraySlice<UInt8>, _ divisor: [UInt8]) -> [UInt8] {
        var rest = [UInt8](repeating: 0, count: divisor.count)
        for byte in data {
            let factor = byte ^ rest.removeFirst()
            rest.append(0)
            for index in divisor.indices { rest[index] ^= multiply(divisor[index], factor) }
        }
        return rest
    }

    // MARK: Drawing

    private mutating func set(_ x: Int, _ y: Int, _ isDark: Bool) {
        dark[y * size + x] = isDark
        isFunction[y * size + x] = true
    }

    private mutating func drawFunctions(_ version: Int) {
        for index in 0..<size {
            set(6, index, index % 2 == 0)
            set(index, 6, index % 2 == 0)
        }
        for (centreX, centreY) in [(3, 3), (size - 4, 3), (3, size - 4)] {
            for y in max(0, centreY - 4)...min(size - 1, centreY + 4) {
                for x in max(0, centreX - 4)...min(size - 1, centreX + 4) {
                    let distance = max(abs(x - centreX), abs(y - centreY))
                    set(x, y, distance != 2 && distance != 4)
                }
            }
        }
        let places = Self.alignments(version, size)
        for (row, y) in places.enumerated() {
            for (column, x) in places.enumerated() {
                let last = places.count - 1
                if (row == 0 && (column == 0 || column == last)) || (row == last && column == 0) { continue }
                for shiftY in -2...2 { for shiftX in -2...2 { set(x + shiftX, y + shiftY, max(abs(shiftX), abs(shiftY)) != 1) } }
            }
        }
        drawFormat(0)
        guard version >= 7 else { return }
        var rest = version
        for _ in 0..<12 { rest = rest << 1 ^ (rest >> 11) * 0x1F25 }
        let bits = version << 12 | rest
        for index in 0..<18 {
            let (near, far) = (index / 3, size - 11 + index % 3)
            set(near, far, bits >> index & 1 == 1)
            set(far, near, bits >> index & 1 == 1)
        }
    }

    private static func alignments(_ version: Int, _ size: Int) -> [Int] {
        guard version > 1 else { return [] }
        let count = version / 7 + 2
        // The spacing of table E.1, which is even and the same everywhere but before the first.
        let step = (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2
        return [6] + (0..<count - 1).map { size - 7 - $0 * step }.reversed()
    }

    /// Level and mask, twice, and the module that is always dark.
    private mutating func drawFormat(_ mask: Int) {
        let data = 0 << 3 | mask  // level M is 00
        var rest = data
        for _ in 0..<10 { rest = rest << 1 ^ (rest >> 9) * 0x537 }
        let bits = (data << 10 | rest) ^ 0x5412
        func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
        for index in 0..<6 { set(8, index, bit(index)) }
        set(8, 7, bit(6))
        set(8, 8, bit(7))
        set(7, 8, bit(8))
        for index in 9..<15 { set(14 - index, 8, bit(index)) }
        for index in 0..<8 { set(size - 1 - index, 8, bit(index)) }
        for index in 8..<15 { set(8, size - 15 + index, bit(index)) }
        set(8, size - 8, true)
    }

    /// Two columns at a time from the right, up and down in turn.
    private mutating func draw(_ codewords: [UInt8]) {
        var index = 0
        var right = size - 1
        while right >= 1 {
            if right == 6 { right = 5 }
            for step in 0..<size {
                for column in [right, right - 1] {
                    let y = (right + 1) & 2 == 0 ? size - 1 - step : step
                    guard !isFunction[y * size + column], index < codewords.count * 8 else { continue }
                    dark[y * size + column] = codewords[index >> 3] >> UInt8(7 - index & 7) & 1 == 1
                    index += 1
                }
            }
            right -= 2
        }
    }

    private func masked(_ mask: Int) -> QRCode {
        var code = QRCode(size: size, mask: mask)
        code.dark = dark
        code.isFunction = isFunction
        for y in 0..<size {
            for x in 0..<size where !isFunction[y * size + x] {
                let flips =
                    switch mask {
                    case 0: (x + y) % 2 == 0
                    case 1: y % 2 == 0
                    case 2: x % 3 == 0
                    case 3: (x + y) % 3 == 0
                    case 4: (x / 3 + y / 2) % 2 == 0
                    case 5: x * y % 2 + x * y % 3 == 0
                    case 6: (x * y % 2 + x * y % 3) % 2 == 0
                    default: ((x + y) % 2 + x * y % 3) % 2 == 0
                    }
                if flips { code.dark[y * size + x].toggle() }
            }
        }
        code.drawFormat(mask)
        return code
    }

    /// How hard it is to read: runs, squares, what looks like a finder, and too much of one colour (section 7.8.3).
    private var penalty: Int {
        var sum = 0
        for line in 0..<size {
            for row in [(0..<size).map { self[$0, line] }, (0..<size).map { self[line, $0] }] {
                var run = 1
                for index in 1..<size {
                    run = row[index] == row[index - 1] ? run + 1 : 1
                    if run == 5 { sum += 3 } else if run > 5 { sum += 1 }
                }
                for start in 0...size - 11 {
                    let part = Array(row[start..<start + 11])
                    if part == Self.finder || part == Self.finder.reversed() { sum += 40 }
                }
            }
        }
        for y in 0..<size - 1 {
            for x in 0..<size - 1 where self[x, y] == self[x + 1, y] && self[x, y] == self[x, y + 1] && self[x, y] == self[x + 1, y + 1] {
                sum += 3
            }
        }
        let share = dark.count(where: \.self) * 100 / dark.count
        return sum + abs(share - 50) / 5 * 10
    }

    private static let finder = [true, false, true, true, true, false, true, false, false, false, false]
}
