// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Register
import Sealing
public import Standards
public import Storage

extension Node {
    /// Pauses after an attempt that failed, milliseconds; after the last one it is asked as often again, for ever.
    static let stampPauses: [Int64] = [30, 120, 600, 3600, 3 * 3600, 6 * 3600].map { $0 * 1000 }
    /// Who asks has it for so long, milliseconds; then another process may.
    static let stampClaim: Int64 = 60_000

    /// The service of `node.json`; nil when there is none.
    var timeStampService: TimeStampService? { configuration.timeStamping.map { TimeStampService($0, folder: folder) } }

    /// The answer of a time stamping service over the statement of a package, `TimeStampResp` as it came; nil when there is none.
    public func timeStamp(ofPackage digest: String) throws(ComityError) -> [UInt8]? {
        try store.read { try $0.timeStamp(ofPackage: digest)?.kept?.bytes }
    }

    /// The time stamp of a package of a file: the one that is here, or a new one.
    /// - Parameter digest: the package, or the front of its digest; nil where the file has one only.
    /// - Throws: `.usage` when no service is configured, `.notFound`, `.permission`, and as ``TimeStampService/stamp(_:)``.
    public func timeStamp(_ ref: FileReference, package digest: String?, officer: String) async throws(ComityError) -> TimeStampRow.Kept {
        _ = try require(officer, .seal, to: "ask for time stamps")
        try requireContent(of: ref, officer: officer, to: "ask for time stamps")
        let all = try store.read { reader in
            guard let file = try reader.file(ref) else { throw try Self.noFile(ref, reader) }
            return try reader.packages(of: file.id)
        }
        let chosen = digest.map { wanted in all.filter { $0.digest.hasPrefix(wanted) } } ?? all
        guard let package = chosen.first, chosen.count == 1 else {
            throw ComityError(
                chosen.isEmpty ? .notFound : .usage,
                chosen.isEmpty ? "\(ref) has no such package." : "\(ref) has \(chosen.count) packages.",
                next: all.isEmpty
                    ? "Seal one first." : "Name one with --package: \(all.map { String($0.digest.prefix(12)) }.joined(separator: ", "))")
        }
        if let kept = try store.read({ try $0.timeStamp(ofPackage: package.digest) })?.kept { return kept }
        return try await askTimeStamp(package, by: officer)
    }

    /// Asks for what is owed and due. For the serving process.
    public func askDueTimeStamps() async throws(ComityError) {
        guard timeStampService != nil else { return }
        let now = realTime.now()
        let due = try store.read { reader in
            try reader.dueTimeStamps(at: now, limit: 50).compactMap { try reader.package($0.package) }
        }
        for package in due {
            do throws(ComityError) { _ = try await askTimeStamp(package, by: "node") } catch {
                // It is written down, and the next one would wait as long.
                if error.code == .peerUnreachable || Task.isCancelled { return }
            }
        }
    }

    /// Asks once, right after a package was sealed; whatever comes of it, the package is sealed.
    func stampSealed(_ package: PackageRow) async {
        guard timeStampService != nil else { return }
        _ = try? await askTimeStamp(package, by: "node")
    }

    private func askTimeStamp(_ package: PackageRow, by officer: String) async throws(ComityError) -> TimeStampRow.Kept {
        guard let service = timeStampService, let digest = Hex.decode(package.digest) else {
            throw ComityError(
                .usage, "This node has no time stamping service.",
                next: "Name one in node.json: \"timeStamping\": {\"url\": \"https://…\", \"roots\": \"stamps.pem\"}")
        }
        let claimed = realTime.now() + Self.stampClaim
        _ = try await store.commit { try $0.oweTimeStamp(package.digest, next: claimed) }
        do throws(ComityError) {
            let answer = try await service.stamp(digest)
            return try await keep(
                .init(
                    bytes: answer.bytes, time: answer.stamp.time, authority: answer.stamp.authority, service: Text.safe(service.address)),
                package, by: officer)
        } catch {
            let now = realTime.now()
            let says = "\(error.what) \(error.why)"
            _ = try await store.commit { writer in
                let attempts = try writer.reader.timeStamp(ofPackage: package.digest)?.attempts ?? 0
                let pause = Self.stampPauses[min(attempts, Self.stampPauses.count - 1)]
                try writer.failTimeStamp(package.digest, next: now + pause, says: Text.safe(says, limit: 400))
            }
            throw error
        }
    }

    /// Keeps a time stamp and registers it, unless another process was faster; its stamp counts then.
    private func keep(_ kept: TimeStampRow.Kept, _ package: PackageRow, by officer: String) async throws(ComityError) -> TimeStampRow.Kept {
        let event = try event(
            .timeStamped, file: package.file, by: officer,
            detail: [
                "package": .string(package.digest), "token": .string(Hex.encode(Hash.of(kept.bytes).bytes)),
                "time": .string(kept.time.utc), "authority": .string(kept.authority), "service": .string(kept.service),
            ])
        return try await store.commit { writer in
            if let earlier = try writer.reader.timeStamp(ofPackage: package.digest)?.kept { return earlier }
            try writer.keepTimeStamp(package.digest, kept)
            try writer.append(event)
            return kept
        }.value
    }
}
