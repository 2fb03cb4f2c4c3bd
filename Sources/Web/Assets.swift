// SPDX-License-Identifier: Apache-2.0

package import Hummingbird

/// The files a page needs, each under a name that carries a hash of its content, so that a browser keeps it for a year
/// and never shows an old one.
package struct Assets: Sendable {
    package struct Source {
        let stem: String
        let ending: String
        let type: String
        let text: String

        package init(stem: String, ending: String, type: String, text: String) {
            self.stem = stem
            self.ending = ending
            self.type = type
            self.text = text
        }
    }

    private struct Asset {
        let type: String
        let tag: String
        let bytes: ByteBuffer
    }

    private let assets: [String: Asset]
    private let names: [String: String]

    package init(_ sources: [Source]) {
        var assets: [String: Asset] = [:]
        var names: [String: String] = [:]
        for source in sources {
            let hash = Self.hash(source.text)
            let name = "\(source.stem).\(hash).\(source.ending)"
            names[source.stem] = "/assets/\(name)"
            assets[name] = Asset(type: source.type, tag: "\"\(hash)\"", bytes: ByteBuffer(string: source.text))
        }
        self.assets = assets
        self.names = names
    }

    /// The path of an asset, for a page.
    package func path(_ stem: String) -> String { names[stem] ?? "/assets/\(stem)" }

    /// The asset, 304 when the browser has it, or nil.
    package func response(_ name: String, known: String?) -> Response? {
        guard let asset = assets[name] else { return nil }
        var headers: HTTPFields = [.cacheControl: "public, max-age=31536000, immutable", .eTag: asset.tag]
        if known == asset.tag { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = asset.type
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: asset.bytes))
    }

    /// FNV-1a, 64 bits. It tells two versions apart; nothing is protected by it.
    private static func hash(_ text: String) -> String {
        let value = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
