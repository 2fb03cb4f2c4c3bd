// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Desk
import Glibc
import Hummingbird
import Logging
import NIOCore
import Node
import Portal
import ServiceLifecycle
import Standards
import Storage
import Transport
import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the node: the listener for other nodes, delivery, and the desk.",
        discussion: "Stops cleanly on Ctrl-C or SIGTERM; kill -9 loses nothing that was acknowledged.")

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Refuse to start unless the data folder was made for exercises.") var exercise = false

    func run() async throws {
        let node = try global.node()
        guard !exercise || node.exercise else {
            throw ComityError(
                .exerciseMismatch, "The node in \(global.folder) is a real one.",
                why: "A node is made for exercises or for real work, once and for all.",
                next: "Make another: comity init --exercise")
        }
        let lock = try ServeLock(folder: global.folder)
        try await Serving.run(node)
        lock.release()
    }
}

/// Only one process serves a data folder. The kernel frees the lock when the process ends, however it ends.
struct ServeLock {
    private let descriptor: Int32

    init(folder: String) throws(ComityError) {
        descriptor = open(folder + "/serve.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ComityError(.storage, "The folder \(folder) cannot be written.") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw ComityError(.wrongState, "This node is already being served by another process.", next: "Stop that one first.")
        }
    }

    func release() { close(descriptor) }
}

/// Puts the running node together: a testable function of the node.
enum Serving {
    static func run(_ node: Node) async throws {
        var logger = Logger(label: "comity", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .error
        let delivery = Delivery(node: node)
        // Before anything is registered or leaves: whether this register is the one that the witnesses know.
        await delivery.meetAll(patience: .seconds(15))
        let hold = try node.store.standing()
        if hold == nil { try await node.finishRotation() }
        if let hold {
            Output.error("HELD      \(hold.says)\n          \(hold.next)")
        }
        let exchange = try node.exchangeApplication(logger: logger) { port in
            Output.line("exchange  https://\(node.configuration.exchange.host):\(port)  (\(node.party))")
        }
        let desk = try DeskServer.application(
            node: node, host: node.configuration.desk.host, port: node.configuration.desk.port, logger: logger
        ) { port in
            let listener = node.configuration.desk
            let address = NodeConfiguration.Listener(host: listener.name ?? listener.host, port: port)
            Output.line("desk      \(listener.tls == nil ? "http" : "https")://\(address)/")
            // Until somebody enrolled, this code opens the desk.
            guard let code = try? await node.setupCode() else { return }
            Output.line("set up    \(listener.tls == nil ? "http" : "https")://\(address)/set-up")
            Output.line("code      \(code)   (works for 72 hours, once)")
        }
        let portal = try node.configuration.publicPages.map { listener throws(ComityError) in
            try PortalServer.application(node: node, listener: listener, logger: logger) { port in
                let address = NodeConfiguration.Listener(host: listener.host, port: port)
                Output.line("public    \(listener.tls == nil ? "http" : "https")://\(address)/treaty")
            }
        }
        if node.exercise { Output.line("EXERCISE  nothing here is real") }
        if hold == nil, let code = try await node.setupCode() {
            Output.line("set-up    nobody can sign in yet; the first administrator enrols with \(code)")
        }
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: exchange), .init(service: desk), .init(service: DeliveryService(delivery: delivery)),
                    .init(service: ReminderService(node: node, logger: logger)), .init(service: SweepService(node: node, logger: logger)),
                    .init(service: WebhookService(courier: WebhookCourier(node: node))),
                    .init(service: TimeStampAsking(node: node, logger: logger)), .init(service: PublishService(node: node, logger: logger)),
                ] + (portal.map { [.init(service: $0)] } ?? []),
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do { try await group.run() } catch let error as IOError where error.errnoCode == EADDRINUSE {
            let addresses = [node.configuration.exchange, node.configuration.desk, node.configuration.publicPages].compactMap(
                \.?.description
            )
            .joined(separator: " or ")
            throw ComityError(
                .failure, "Another program listens on \(addresses) already.",
                next: "Stop it, or change the ports in node.json.")
        }
        await delivery.shutdown()
    }
}

/// Gives the reminders of the clocks, every half minute.
private struct ReminderService: Service {
    let node: Node
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { _ = try await node.remind() } catch { logger.error("reminders: \(error)") }
                try? await Task.sleep(for: .seconds(30))
            }
        }
    }
}

/// Publishes what was registered, each second; and once more at the end.
private struct PublishService: Service {
    let node: Node
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                publish()
                try? await Task.sleep(for: .seconds(1))
            }
        }
        publish()
    }

    private func publish() {
        // What a command published of the node's own entry while it serves.
        try? node.refreshConfiguration()
        do throws(ComityError) { try node.publishRegister() } catch { logger.error("register: \(error)") }
    }
}

/// Removes uploads that nobody sealed: at the start, then every hour.
private struct SweepService: Service {
    let node: Node
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var isStart = true
            while !Task.isCancelled {
                do {
                    try await node.sweepUploads(atStart: isStart)
                    if isStart { try node.finishRemovals() }
                } catch { logger.error("uploads: \(error)") }
                isStart = false
                try? await Task.sleep(for: .seconds(3600))
            }
        }
    }
}

/// Asks for time stamps that are owed, every ten seconds.
private struct TimeStampAsking: Service {
    let node: Node
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await node.askDueTimeStamps() } catch { logger.error("time stamps: \(error)") }
                try? await Task.sleep(for: .seconds(10))
            }
        }
    }
}

/// Runs the delivery loop beside the listeners.
private struct DeliveryService: Service {
    let delivery: Delivery

    func run() async throws {
        await cancelWhenGracefulShutdown { await delivery.run() }
    }
}

/// Tells the webhooks what is registered.
private struct WebhookService: Service {
    let courier: WebhookCourier

    func run() async throws {
        await cancelWhenGracefulShutdown { await courier.run() }
    }
}
