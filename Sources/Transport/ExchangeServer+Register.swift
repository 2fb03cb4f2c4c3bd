// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore
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
    }

    private static func bytes(_ request: Request) async throws -> [UInt8] {
        do { return Array(try await request.body.collect(upTo: RegisterCall.limit).readableBytesView) } catch is NIOTooManyBytesError {
            throw ComityError(.tooLarge, "A call about registers has at most \(RegisterCall.limit) bytes.")
        }
    }

    private static func index(_ text: (some StringProtocol)?) throws(ComityError) -> Int64 {
        guard let text, let index = Int64(text), index >= 0 else { throw ComityError(.malformedInput, "An entry has a number from 0.") }
        return index
    }

    private static func reply(_ context: Context, _ handler: some ExchangeHandler, _ call: () async throws -> RegisterCall) async throws
        -> Response
    {
        do {
            let caller = try await caller(context, handler)
            let reply = try await handler.answer(try await call(), from: caller)
            return response(.init(code: reply.status), reply.mediaType, reply.body)
        } catch let error as ComityError {
            return response(.init(code: error.code.httpStatus), "application/problem+json", try IJSON.encode(Problem(error)))
        }
    }
}
