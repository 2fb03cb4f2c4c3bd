// SPDX-License-Identifier: Apache-2.0

import Exchange
import Standards

/// What nodes ask each other about the directory (docs/formats/exchange.md).
public enum DirectoryCall: Sendable, Equatable {
    /// The caller asks for the newest signed entry of the other node.
    case entry
    /// The caller brings its own newest signed entry.
    case offer([UInt8])
    /// The caller brings a signed notice: a test call, its answer, a warning about a key.
    case notice([UInt8])

    static let base = "/exchange/v1/directory"
}

extension DirectoryCall: ExchangeCall {
    var method: String { if case .entry = self { "GET" } else { "POST" } }
    var path: String { if case .notice = self { "\(Self.base)/notices" } else { "\(Self.base)/entry" } }

    var body: [UInt8]? {
        switch self {
        case .entry: nil
        case .offer(let bytes), .notice(let bytes): bytes
        }
    }
}

/// A call whose answer is a status, a media type and bytes.
protocol ExchangeCall {
    var method: String { get }
    var path: String { get }
    var body: [UInt8]? { get }
}

extension RegisterCall: ExchangeCall {}
