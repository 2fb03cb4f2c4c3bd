// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Sealing
import Standards

/// Asks a time stamping service over HTTP (RFC 3161, section 3.4), and believes nothing that it did not prove.
struct TimeStampService: Sendable {
    let address: String
    /// How long an answer may take.
    private let patience: TimeAmount
    /// PEM file of the certificates that it must lead back to.
    private let rootsPath: String

    /// - Parameter patience: seconds that an answer may take.
    init(_ configuration: NodeConfiguration.TimeStamping, folder: NodeFolder, patience: Int64 = 10) {
        self.patience = .seconds(patience)
        address = configuration.url
        rootsPath = folder.resolve(configuration.roots)
    }

    /// - Throws: `.usage` for an address that cannot be, `.storage` when the roots cannot be read, `.malformedInput` when they are none.
    func roots() throws(ComityError) -> TimeStampRoots {
        guard let url = URLComponents(string: address), ["http", "https"].contains(url.scheme), url.host?.isEmpty == false, url.user == nil
        else {
            throw ComityError(
                .usage, "“\(Text.safe(address, limit: 100))” is not the address of a time stamping service.",
                next: "Correct timeStamping.url in node.json.")
        }
        guard let pem = FileManager.default.contents(atPath: rootsPath), pem.count < 1 << 20 else {
            throw ComityError(
                .storage, "The root certificates for time stamps cannot be read.", next: "Look at timeStamping.roots in node.json.")
        }
        return try TimeStampRoots(pem: [UInt8](pem))
    }

    /// A time stamp of a SHA-256, verified.
    /// - Returns: the answer as it came, and what it proves.
    /// - Throws: as ``roots()``; `.peerUnreachable` when there is no answer in time, `.peerRefused` when the service says no, `.schema` or
    ///   `.verificationFailed` for an answer that proves nothing.
    func stamp(_ digest: [UInt8]) async throws(ComityError) -> (bytes: [UInt8], stamp: TimeStamp) {
        let roots = try roots()
        let question = try TimeStampRequest(digest: digest)
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: patience, read: patience))
        settings.httpVersion = .http1Only
        // It is asked again later: an officer does not wait for one that is down.
        settings.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        let late = Self.silent("It took longer than \(patience.nanoseconds / 1_000_000_000) seconds.")
        let result = await InTime.run(patience, late: late) { await ask(question, http) }
        try? await http.shutdown()
        let bytes = try result.get()
        let stamp = try await TimeStampToken(bytes).verified(over: digest, nonce: question.nonce, roots: roots)
        return (bytes, stamp)
    }

    private static func silent(_ why: String) -> Result<[UInt8], ComityError> {
        .failure(
            ComityError(
                .peerUnreachable, "The time stamping service did not answer.", why: Text.safe(why, limit: 200),
                next: "It is asked again later. Sealing does not wait for it."))
    }

    private func ask(_ question: TimeStampRequest, _ http: HTTPClient) async -> Result<[UInt8], ComityError> {
        var request = HTTPClientRequest(url: address)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: TimeStampRequest.mediaType)
        request.headers.add(name: "Accept", value: TimeStampRequest.answerMediaType)
        request.headers.add(name: "User-Agent", value: "Comity/\(Version.number)")
        request.body = .bytes(question.bytes)
        do {
            let response = try await http.execute(request, timeout: patience)
            guard response.status == .ok else { return Self.silent("HTTP status \(response.status.code)") }
            return .success(Array(try await response.body.collect(upTo: TimeStampToken.limit).readableBytesView))
        } catch { return Self.silent("\(error)") }
    }
}
