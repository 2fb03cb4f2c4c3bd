// SPDX-License-Identifier: Apache-2.0

import CZlib
package import Hummingbird
package import NIOCore

/// Text leaves a listener compressed, for lines of 64 kbit/s. Small answers, streams and what is compressed already stay.
package struct Compression<Context: RequestContext>: RouterMiddleware {
    package init() {}

    package func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        var response = try await next(request, context)
        guard let length = response.body.contentLength, (Gzip.smallest...Gzip.largest).contains(length),
            response.headers[.contentEncoding] == nil,
            let type = response.headers[.contentType], Self.isText(type),
            request.headers[.acceptEncoding]?.split(separator: ",").contains(where: Self.isGzip) ?? false
        else { return response }
        let collector = Collector()
        try await response.body.write(collector)
        guard let small = Gzip.compress(collector.bytes.value) else { return response }
        response.body = .init(byteBuffer: small)
        response.headers[.contentEncoding] = "gzip"
        response.headers[.contentLength] = nil
        response.headers[.vary] = (response.headers[.vary].map { $0 + ", " } ?? "") + "Accept-Encoding"
        return response
    }

    private static func isText(_ type: String) -> Bool {
        type.hasPrefix("text/") || type.hasPrefix("application/json") || type.hasPrefix("image/svg")
            || type.hasPrefix("application/problem")
    }

    private static func isGzip(_ part: Substring) -> Bool {
        let part = part.filter { $0 != " " }.lowercased()
        return part == "gzip" || (part.hasPrefix("gzip;q=") && part != "gzip;q=0")
    }

    /// Collects a body that is in memory already.
    private struct Collector: ResponseBodyWriter {
        final class Bytes { var value: [UInt8] = [] }
        let bytes = Bytes()

        mutating func write(_ buffer: ByteBuffer) async throws { bytes.value.append(contentsOf: buffer.readableBytesView) }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}

package enum Gzip {
    /// Bytes below which compression saves nothing, and above which an answer is none of ours.
    static let smallest = 800
    static let largest = 8 << 20

    /// RFC 1952; nil when the library refuses.
    package static func compress(_ bytes: [UInt8]) -> ByteBuffer? {
        var stream = z_stream()
        guard
            deflateInit2_(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        var out = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        var input = bytes
        let result = input.withUnsafeMutableBufferPointer { input in
            out.withUnsafeMutableBufferPointer { out in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(clamping: input.count)
                stream.next_out = out.baseAddress
                stream.avail_out = UInt32(clamping: out.count)
                return deflate(&stream, Z_FINISH)
            }
        }
        return result == Z_STREAM_END ? ByteBuffer(bytes: out.prefix(Int(stream.total_out))) : nil
    }
}
