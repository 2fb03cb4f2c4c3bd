// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import Sealing
import Standards
import Storage
import Synchronization
import Transport

extension Delivery {
    /// How many parts are on their way at once; the second hides the time in which the first is hashed, and written at the peer.
    private static let connections = 2
    /// How often a part is sent again at once when it was damaged on the way.
    private static let attempts = 3

    /// The numbers that are still to be sent, taken one by one.
    private final class Queue: Sendable {
        private let numbers: Mutex<ArraySlice<Int>>
        init(_ numbers: [Int]) { self.numbers = Mutex(numbers[...]) }
        func next() -> Int? { numbers.withLock { $0.popFirst() } }
    }

    /// Sends the parts that the peer does not have, over two connections. What arrived damaged is sent again.
    func deliverPackage(_ row: OutboxRow) async throws(ComityError) {
        let peer = try node.confirmedPeer(row.peer)
        guard let package = try node.store.read({ try $0.package(row.ref) }) else {
            throw ComityError(.storage, "The package \(row.ref) is gone.")
        }
        let line = try line(to: peer)
        let have = Set(try await line.progress(ofPackage: package.digest).have)
        let queue = Queue((0..<Node.partCount(package.size)).filter { !have.contains($0) })
        let failure: ComityError? = await withTaskGroup(of: ComityError?.self) { group in
            for _ in 0..<Self.connections {
                group.addTask {
                    do throws(ComityError) {
                        while let number = queue.next() { try await self.send(number, of: package, over: line, row) }
                        return nil
                    } catch { return error }
                }
            }
            var first: ComityError?
            for await found in group where first == nil { first = found }
            return first
        }
        if let failure { throw failure }
        guard try await line.progress(ofPackage: package.digest).complete else {
            throw ComityError(.peerRefused, "\(row.peer) has not put the package together yet.")
        }
        _ = try await node.store.commit { try $0.finish(row.id, .delivered) }
    }

    private func send(_ number: Int, of package: PackageRow, over line: any ExchangeLine, _ row: OutboxRow) async throws(ComityError) {
        let path = node.folder.outgoingPackages + "/" + package.name
        let offset = Int64(number) * Int64(PackageProgress.partSize)
        let bytes = try Self.part(path, offset: offset, count: Int(min(Int64(PackageProgress.partSize), package.size - offset)))
        let now = Node.realMilliseconds()
        _ = try? await node.store.commit { try $0.claim(row.id, now: Int64.max, until: now + Self.packageLease) }
        for attempt in 1... {
            do throws(ComityError) {
                _ = try await line.send(part: number, ofPackage: package.digest, bytes: bytes)
                return
            } catch {
                guard error.code == .verificationFailed, attempt < Self.attempts else { throw error }
            }
        }
    }

    /// Bytes of a file from `offset` on, exactly `count`.
    static func part(_ path: String, offset: Int64, count: Int) throws(ComityError) -> ByteBuffer {
        let file = try FileSource(path: path)
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        var failure: ComityError?
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { room in
            do throws(ComityError) {
                return try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        guard buffer.readableBytes == count else { throw ComityError(.storage, "The package \(path) is shorter than it was.") }
        return buffer
    }
}
