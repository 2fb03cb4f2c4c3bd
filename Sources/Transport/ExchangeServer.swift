// SPDX-License-Identifier: Apache-2.0

import Crypto
import Exchange
import HTTPTypes
public import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOSSL
public import Standards

/// The listener for other nodes: HTTP/1.1 over mutual TLS 1.3.
///
/// | request | answer |
/// | --- | --- |
/// | `POST /exchange/v1/acts`, body: sealed message | 200 receipt (JSON), or an RFC 9457 problem with `code` |
/// | `GET /exchange/v1/packages/{digest}` | 200 progress |
/// | `POST /exchange/v1/register/add-checkpoint`, `…/heads`, `…/entries/{from}`; `GET …/entries?from=`, `…/acts?after=`, `/exchange/v1/acts/{id}`, `/exchange/v1/owed`; `POST /exchange/v1/acts/{id}/receipt` | see `RegisterCall` |
/// | `GET`, `POST /exchange/v1/directory/entry`, `POST …/notices` | see `DirectoryCall` |
/// | `PUT /exchange/v1/packages/{digest}/parts/{n}`, with `Content-Digest: sha-256=:…:` (RFC 9530) | 200 progress |
public enum ExchangeServer {
    /// What a handler knows of a request: the channel, for the certificate of the caller.
    public struct Context: RequestContext {
        public var coreContext: CoreRequestContextStorage
        let channel: any Channel

        public init(source: ApplicationRequestContextSource) {
            coreContext = .init(source: source)
            channel = source.channel
        }
    }

    /// Builds the listener; `onRunning` gets the port that was bound.
    public static func application(
        handler: some ExchangeHandler, certificate: NodeCertificate, host: String, port: Int, logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(ComityError) -> some ApplicationProtocol {
        try application(
            handler: handler, certificate: certificate, host: host, port: port, limits: nil, logger: logger, onRunning: onRunning)
    }

    /// The same with other limits than those that fit the number of files that this process may open.
    static func application(
        handler: some ExchangeHandler, certificate: NodeCertificate, host: String, port: Int, limits: ConnectionLimits?, logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(ComityError) -> some ApplicationProtocol {
        let router = Router(context: Context.self)
        router.post("/exchange/v1/acts") { request, context in
            try await answer {
                let caller = try await caller(context, handler)
                let body: [UInt8]
                do { body = Array(try await request.body.collect(upTo: Intake.limit).readableBytesView) } catch is NIOTooManyBytesError {
                    await handler.refuseOversized(from: caller)
                    throw ComityError(.tooLarge, "The message is larger than \(Intake.limit) bytes.")
                }
                return try await handler.receive(body, from: caller)
            }
        }
        router.get("/exchange/v1/packages/{digest}") { _, context in
            try await answer {
                try await handler.parts(ofPackage: context.parameters.get("digest") ?? "", from: try await caller(context, handler))
            }
        }
        router.put("/exchange/v1/packages/{digest}/parts/{number}") { request, context in
            try await answer {
                let caller = try await caller(context, handler)
                guard let number = context.parameters.get("number", as: Int.self), number >= 0 else {
                    throw ComityError(.malformedInput, "A part has a number from 0.")
                }
                // Hashed while it comes, and written only when it is what was announced.
                var pieces: [ByteBuffer] = []
                var count = 0
                var hash = SHA256()
                for try await piece in request.body {
                    count += piece.readableBytes
                    guard count <= PackageProgress.partSize else {
                        throw ComityError(.tooLarge, "A part has at most \(PackageProgress.partSize) bytes.")
                    }
                    piece.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
                    pieces.append(piece)
                }
                guard let name = HTTPField.Name("Content-Digest"), request.headers[name] == ContentDigest.of(hash.finalize()) else {
                    throw ComityError(.verificationFailed, "The part was damaged on the way: its digest differs.", next: "Send it again.")
                }
                return try await handler.receive(
                    part: number, ofPackage: context.parameters.get("digest") ?? "", pieces: pieces, from: caller)
            }
        }
        addRegisterCalls(to: router, handler)
        addDirectoryCalls(to: router, handler)
        do {
            let tls = TLSChannelConfiguration(
                tlsConfiguration: try TLSProfile.server(certificate),
                customAsyncVerificationCallback: { chain in
                    guard let leaf = chain.first, let der = try? leaf.toDERBytes(), NodeCertificate.isValidNow(der: der),
                        handler.caller(certificate: der) != nil
                    else { return .failed }
                    return .certificateVerified
                })
            let limits = limits ?? ConnectionLimits.within(files: ConnectionLimits.openFiles)
            let doorkeeper = Doorkeeper(limits)
            let server = HTTPServerBuilder { responder in
                let plain = HTTP1Channel(responder: responder, configuration: .init(idleTimeout: limits.idle))
                return GuardedChannel(base: try TLSChannel(plain, configuration: tls), doorkeeper: doorkeeper)
            }
            return Application(
                router: router, server: server,
                configuration: .init(
                    address: .hostname(host, port: port), serverName: nil,
                    // The doorkeeper makes room for who comes; this only waits until what it closes is closed.
                    availableConnectionsDelegate: MaximumAvailableConnections(limits.all, logger: logger)),
                onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) }, logger: logger)
        } catch { throw ComityError(.failure, "The exchange listener cannot be set up: \(error).") }
    }

    /// Who calls, if that State may make another call now.
    static func caller(_ context: Context, _ handler: some ExchangeHandler) async throws -> StateCode {
        // On HTTP/1.1 the TLS handler sits on this very channel.
        guard let certificate = try await context.channel.nioSSL_peerCertificate().get(),
            let caller = handler.caller(certificate: try certificate.toDERBytes())
        else { throw ComityError(.permission, "The certificate of the caller is not pinned here.") }
        try await handler.admit(caller)
        return caller
    }

    private static func answer(_ work: () async throws -> some Encodable) async throws -> Response {
        do {
            return response(.ok, "application/json", try IJSON.encode(try await work()))
        } catch let error as ComityError {
            return response(.init(code: error.code.httpStatus), "application/problem+json", try IJSON.encode(Problem(error)))
        }
    }

    static func response(_ status: HTTPResponse.Status, _ type: String, _ bytes: [UInt8]) -> Response {
        Response(status: status, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// An RFC 9457 problem with Comity's code.
public struct Problem: Sendable, Codable {
    public let type: String
    public let title: String
    public let status: Int
    public let detail: String?
    public let code: String

    public init(_ error: ComityError) {
        type = "about:blank"
        title = error.what
        status = error.code.httpStatus
        detail = [error.why, error.next].filter { !$0.isEmpty }.joined(separator: " ")
        code = error.code.rawValue
    }

    /// The error on the other side; an unknown code becomes `.peerRefused`.
    public var error: ComityError { ComityError(ErrorCode(rawValue: code) ?? .peerRefused, Text.safe(title), why: Text.safe(detail ?? "")) }
}

/// `Content-Digest` of RFC 9530 with SHA-256.
enum ContentDigest {
    static func of(_ bytes: ByteBufferView) -> String { of(SHA256.hash(data: bytes)) }
    static func of(_ hash: SHA256.Digest) -> String { "sha-256=:\(Base64.encode(hash)):" }
}
