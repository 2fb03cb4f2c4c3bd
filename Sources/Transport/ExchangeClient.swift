// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
public import Exchange
public import NIOCore
import NIOHTTP1
public import Register
public import Standards

/// Talks to one peer's exchange listener, over mutual TLS with the pinned certificate.
///
/// Every failure is a `ComityError`: `.peerUnreachable` when no answer came, otherwise the code the peer gave.
public struct ExchangeClient: Sendable {
    private let http: HTTPClient
    let endpoint: String
    let peer: StateCode
    /// The certificates of both sides, DER.
    let own: [UInt8]
    let pinned: [UInt8]

    /// - Throws: `.failure` when the certificates cannot be used.
    public init(own: NodeCertificate, peer: DirectoryEntry) throws(ComityError) {
        guard let pinned = Base64.decode(peer.certificate) else {
            throw ComityError(.schema, "The certificate of \(peer.state) cannot be read.")
        }
        do {
            var configuration = HTTPClient.Configuration(
                tlsConfiguration: try TLSProfile.client(own, pinning: pinned), redirectConfiguration: .disallow,
                timeout: .init(connect: .seconds(10), read: .seconds(60)))
            configuration.httpVersion = .http1Only
            // What is sent counts as sent when it has left this machine, to a hundred kilobytes: otherwise the time for an answer would begin
            // while megabytes still wait in the kernel for a slow line (TCP_NOTSENT_LOWAT, tcp(7)).
            configuration.http1_1ConnectionDebugInitializer = { channel in
                channel.setOption(ChannelOptions.tcpOption(.init(rawValue: 25)), value: 131_072).recover { _ in }
            }
            configuration.connectionPool.retryConnectionEstablishment = false
            http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        } catch { throw ComityError(.failure, "The connection to \(peer.state) cannot be set up: \(error).") }
        endpoint = peer.endpoint
        self.peer = peer.state
        self.own = own.der
        self.pinned = pinned
    }

    /// Must be called before the value is given up.
    public func shutdown() async { try? await http.shutdown() }

    /// Delivers a sealed message.
    public func send(_ message: [UInt8]) async throws(ComityError) -> Receipt {
        var request = HTTPClientRequest(url: "\(endpoint)/exchange/v1/acts")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/age")
        request.body = .bytes(message)
        // A megabyte at 20 kbit/s takes eight minutes.
        return try await decode(Receipt.self, from: request, limit: Receipt.limit, timeout: .minutes(15))
    }

    public func progress(ofPackage digest: String) async throws(ComityError) -> PackageProgress {
        try await decode(PackageProgress.self, from: HTTPClientRequest(url: "\(endpoint)/exchange/v1/packages/\(digest)"), limit: 8 << 20)
    }

    public func send(part number: Int, ofPackage digest: String, bytes: ByteBuffer) async throws(ComityError) -> PackageProgress {
        var request = HTTPClientRequest(url: "\(endpoint)/exchange/v1/packages/\(digest)/parts/\(number)")
        request.method = .PUT
        request.headers.add(name: "Content-Digest", value: ContentDigest.of(bytes.readableBytesView))
        request.body = .bytes(bytes)
        // 16 MiB at 20 kbit/s take two hours; a link that is slow is not a link that is dead.
        return try await decode(PackageProgress.self, from: request, limit: 8 << 20, timeout: .hours(2))
    }

    /// Asks about registers.
    public func ask(_ call: RegisterCall) async throws(ComityError) -> RegisterReply { try await reply(to: call) }

    /// Asks about the directory.
    public func ask(_ call: DirectoryCall) async throws(ComityError) -> RegisterReply { try await reply(to: call) }

    /// The `Date` of an answer to a small call.
    func date() async throws(ComityError) -> String? {
        do {
            let response = try await http.execute(HTTPClientRequest(url: endpoint + DirectoryCall.entry.path), timeout: .seconds(30))
            _ = try await Self.body(of: response, limit: DirectoryEntry.limit, within: .seconds(60))
            return response.headers.first(name: "Date")
        } catch { throw silence(error) }
    }

    private func reply(to call: any ExchangeCall) async throws(ComityError) -> RegisterReply {
        var request = HTTPClientRequest(url: endpoint + call.path)
        request.method = call.method == "POST" ? .POST : .GET
        if let body = call.body {
            request.headers.add(name: "Content-Type", value: "application/octet-stream")
            request.body = .bytes(body)
        }
        let reply: RegisterReply
        do {
            let response = try await http.execute(request, timeout: .seconds(60))
            reply = RegisterReply(
                status: Int(response.status.code), mediaType: response.headers.first(name: "Content-Type") ?? "",
                // 4 MiB, the most there is, at 40 kbit/s.
                body: try await Self.body(of: response, limit: RegisterCall.limit, within: .seconds(900)))
        } catch { throw silence(error) }
        if reply.mediaType == "application/problem+json", let problem = try? IJSON.decode(Problem.self, from: reply.body, limit: 1 << 16) {
            throw problem.error
        }
        return reply
    }

    private func decode<T: Decodable>(
        _ type: T.Type, from request: HTTPClientRequest, limit: Int, timeout: TimeAmount = .seconds(120)
    ) async throws(ComityError) -> T {
        let status: UInt
        let body: [UInt8]
        do {
            let response = try await http.execute(request, timeout: timeout)
            status = response.status.code
            body = try await Self.body(of: response, limit: limit, within: .seconds(120))
        } catch { throw silence(error, next: "Nothing is lost: the delivery is tried again by itself.") }
        guard status == 200 else {
            guard let problem = try? IJSON.decode(Problem.self, from: body, limit: limit) else {
                throw ComityError(.peerUnreachable, "\(peer) answered with HTTP status \(status).")
            }
            throw problem.error
        }
        // An answer that cannot be read is no refusal of what was sent: it is tried again.
        do { return try IJSON.decode(type, from: body, limit: limit) } catch {
            throw ComityError(.peerUnreachable, "\(peer) answered with something that cannot be read.", why: error.what)
        }
    }
}
