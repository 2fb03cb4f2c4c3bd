// TEMPORARY STUB so that the command line links. Whoever builds the Desk deletes this file.
public import Hummingbird
public import Logging
public import Node
public import Standards

public enum DeskServer {
    public static func application(
        node: Node, host: String, port: Int, logger: Logger, onRunning: @escaping @Sendable (Int) async -> Void
    ) throws(ComityError) -> some ApplicationProtocol {
        let router = Router()
        router.get("/health") { _, _ in "ok" }
        return Application(
            router: router, configuration: .init(address: .hostname(host, port: port)),
            onServerRunning: { await onRunning($0.localAddress?.port ?? port) }, logger: logger)
    }
}
