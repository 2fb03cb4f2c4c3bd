// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOCore
import Standards

/// Why no answer came, in words; and how long one is waited for.
extension ExchangeClient {
    /// The error for a call that was not answered.
    func silence(_ error: any Error, next: String = "") -> ComityError {
        ComityError(.peerUnreachable, "\(peer) did not answer at \(endpoint).", why: reason(error), next: next)
    }

    private func reason(_ error: any Error) -> String {
        if let fault = NodeCertificate.fault(der: pinned) {
            return "The certificate of \(peer), which its directory entry names, \(fault). Telephone \(peer)."
        }
        if let fault = NodeCertificate.fault(der: own) { return "The certificate of this node \(fault), so no peer lets it in." }
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return
                "Who answers there shows another certificate than the one in the directory entry of \(peer): it is another machine, or \(peer) "
                + "has replaced its key. (\(Text.safe(text)))"
        }
        if text.contains("WRONG_VERSION_NUMBER") {
            return "What answers there does not speak TLS: it is no node, or something stands in between. (\(Text.safe(text)))"
        }
        if error is NIOTooManyBytesError { return "Its answer is longer than any answer may be; the rest was not read." }
        if (error as? HTTPClientError) == .deadlineExceeded || (error as? HTTPClientError) == .readTimeout {
            return "It was connected, and its answer did not come in time. (\(Text.safe(text)))"
        }
        return Text.safe(text)
    }

    /// The body of an answer. The client's own time limit ends with the head of an answer; this one is for the rest.
    static func body(of response: HTTPClientResponse, limit: Int, within time: Duration) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { Array(try await response.body.collect(upTo: limit).readableBytesView) }
            group.addTask {
                try await Task.sleep(for: time)
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }
}
