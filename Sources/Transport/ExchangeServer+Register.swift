// SPDX-License-Identifier: Apache-2.0

import Exchange
import HTTPTypes
import Hummingbird
import NIOCore
import Register
import Standards

extension ExchangeServer {
    /// The calls about registers.
    static func addRegisterCalls(to router: Router<Context>, _ handler: some ExchangeHandler) {
        router.post("\(RegisterCall.base)/register/add-checkpoint") { request, context in
            try await reply(context, handler) { .addCheckpoint(try await bytes(request)) }
        }
        router.post("\(RegisterCall.base)/register/heads") { request, context in
            try await reply(context, handler) { .heads(try await bytes(request)) }
        }
        router.post("\(RegisterCall.base)/register/entries/{from}") { request, context in
            try await reply(context, handler) { .addEntries(from: try index(context.parameters.get("from")), try await bytes(request)) }
        }
        router.get("\(RegisterCall.base)/register/entries") { request, context in
            try await reply(context, handler) { .entries(from: try index(request.uri.queryParameters.get("from"))) }
        }
        router.get("\(RegisterCall.base)/register/acts") { request, context in
            try await reply(context, handler) { .acts(after: request.uri.queryParameters.get("after")) }
        }
        router.get("\(RegisterCall.base)/acts/{id}") { _, context in
            try await reply(context, handler) { .act(context.parameters.get("id") ?? "") }
        }
        router.get("\(RegisterCall.base)/owed") { _, context in try await reply(context, handler) { .owed } }
        router.post("\(RegisterCall.base)/acts/{id}/receipt") { request, context in
            try await reply(context, handler) {
                .receipt(act: context.parameters.get("id") ?? "", try await bytes(request, limit: Receipt.limit))
            }
        }
    }

    /// The calls about the directory.
    static func addDirectoryCalls(to router: Router<Context>, _ handler: some ExchangeHandler) {
        @Sendable func answer(_ context: Context, _ call: () async throws -> DirectoryCall) async throws -> Response {
            try await respond(context, handler) { caller in try await handler.answer(try await call(), from: caller) }
        }
        router.get("\(DirectoryCall.base)/entry") { _, context in try await answer(context) { .entry } }
        router.post("\(DirectoryCall.base)/entry") { request, context in
            try await answer(context) { .offer(try await bytes(request, limit: DirectoryEntry.limit)) }
        }
        router.post("\(DirectoryCall.base)/notices") { request, context in
            try await answer(context) { .notice(try await bytes(request, limit: DirectoryNotice.limit)) }
        }
    }

    private static func bytes(_ request: Request, limit: Int = RegisterCall.limit) async throws -> [UInt8] {
        do { return Array(try await request.body.collect(upTo: limit).readableBytesView) } catch is NIOTooManyBytesError {
            throw ComityError(.tooLarge, "A call of this kind has at most \(limit) bytes.")
        }
    }

    private static func index(_ text: (some StringProtocol)?) throws(ComityError) -> Int64 {
        guard let text, let index = Int64(text), index >= 0 else { throw ComityError(.malformedInput, "An entry has a number from 0.") }
        return index
    }

    private static func reply(_ context: Context, _ handler: some ExchangeHandler, _ call: () async throws -> RegisterCall) async throws
        -> Response
    {
        try await respond(context, handler) { caller in try await handler.answer(try await call(), from: caller) }
    }

    private static func respond(
        _ context: Context, _ handler: some ExchangeHandler, _ work: (StateCode) async throws -> RegisterReply
    ) async throws -> Response {
        do {
            let reply = try await work(try await caller(context, handler))
            return response(.init(code: reply.status), reply.mediaType, reply.body)
        } catch let error as ComityError {
            return response(.init(code: error.code.httpStatus), "application/problem+json", try IJSON.encode(Problem(error)))
        }
    }
}
