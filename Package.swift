// swift-tools-version:6.2
// SPDX-License-Identifier: Apache-2.0
//
// The rooms of docs/architecture.md, floor by floor. An arrow in `dependencies` is the only way one room
// may see another; bin/check fails on an import that is not declared here.
import PackageDescription

func github(_ name: String, _ version: Version) -> Package.Dependency {
    .package(url: "https://github.com/\(name)", from: version)
}

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func room(
    _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

func tests(_ room: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(room)Tests", dependencies: [.target(name: room), "TestSupport"] + dependencies,
        swiftSettings: swiftSettings)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let certificates: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")

let package = Package(
    name: "comity",
    products: [
        .executable(name: "comity", targets: ["comity"]),
        // Runs a folder of test vectors through the code below, for other implementers.
        .executable(name: "comity-conformance", targets: ["comity-conformance"]),
        // What a third party needs to verify acts, registers and packages, and nothing more.
        .library(
            name: "ComityCore",
            targets: ["Standards", "Law", "Register", "Dossier", "Exchange", "Sealing", "Court", "Treaty", "Conference"]),
    ],
    dependencies: [
        github("hummingbird-project/hummingbird", "2.28.1"),
        github("hummingbird-project/swift-mustache", "2.1.1"),
        github("groue/GRDB.swift", "7.10.0"),
        github("apple/swift-crypto", "4.5.2"),
        github("apple/swift-certificates", "1.21.1"),
        github("apple/swift-asn1", "1.7.4"),
        github("apple/swift-nio", "2.101.2"),
        github("apple/swift-nio-ssl", "2.37.6"),
        github("apple/swift-http-types", "1.8.0"),
        github("apple/swift-argument-parser", "1.8.2"),
        github("apple/swift-log", "1.16.2"),
        github("swift-server/async-http-client", "1.37.0"),
        github("swift-server/swift-service-lifecycle", "2.13.0"),
        github("jpsim/Yams", "6.2.2"),
        github("vapor/jwt-kit", "5.7.1"),
    ],
    targets: [
        // zlib of the system: pages leave the desk compressed.
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])]),
        // The kernel's clock of the system: whether something keeps it right.
        .systemLibrary(name: "CTimex", path: "Sources/CTimex"),
        // SQLite's settings for the whole process.
        .systemLibrary(name: "CSQLite", path: "Sources/CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        // libcrypto of the system: the cipher of packages, which is three times as fast there.
        .systemLibrary(name: "COpenSSL", path: "Sources/COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // SHA-256 of several streams at once, with the processor's own instructions.
        .target(name: "CSHA256", path: "Sources/CSHA256"),
        // floor 0
        room("Standards", [crypto]),
        room("Law", ["Standards", "Yams"], resources: [.copy("Instruments"), .copy("States")]),
        room("Register", ["Standards", "CSHA256", crypto]),
        // floor 1
        room("Dossier", ["Standards", "Law"]),
        room("Treaty", ["Standards", "Law"], resources: [.copy("Records")]),
        room("Conference", ["Standards", "Law", "Register", "Treaty"], resources: [.copy("Meetings")]),
        room("Sealing", ["Standards", "COpenSSL", "CSHA256", crypto, cryptoExtras, certificates, asn1]),
        room("Exchange", ["Standards", "Law", "Dossier", "Register", "Sealing"]),
        // floor 2
        room("Court", ["Standards", "Register", "Dossier", "Exchange", "Sealing", crypto]),
        room(
            "Storage",
            [
                "Standards", "Register", "Dossier", "Exchange", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"), "CSQLite",
            ]),
        room(
            "Transport",
            [
                "Standards", "Register", "Exchange", hummingbird, crypto,
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                certificates, asn1,
                .product(name: "Logging", package: "swift-log"),
            ]),
        // floor 3
        room(
            "Node",
            [
                "Standards", "Law", "Register", "Dossier", "Sealing", "Exchange", "Court", "Treaty", "Conference", "Storage", "Transport",
                "CTimex",
                hummingbird,
                crypto,
                cryptoExtras, .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        // floor 4
        room(
            "Web",
            [
                "Standards", "CZlib", hummingbird, .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "Mustache", package: "swift-mustache"),
            ]),
        room(
            "Portal",
            [
                "Standards", "Law", "Exchange", "Treaty", "Conference", "Node", "Web", hummingbird,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "HummingbirdTLS", package: "hummingbird"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.copy("Resources")]),
        room(
            "Desk",
            [
                "Standards", "Law", "Dossier", "Exchange", "Court", "Node", "Web", hummingbird, crypto, "Yams",
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.copy("Resources")]),
        // floor 5
        room("Simulation", ["Standards", "Law", "Register", "Dossier", "Sealing", "Exchange"]),
        .executableTarget(
            name: "comity",
            dependencies: [
                "Standards", "Law", "Register", "Dossier", "Sealing", "Exchange", "Court", "Storage", "Transport", "Node", "Desk",
                "Portal", "Simulation", "Treaty", "Conference", hummingbird,
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            resources: [.copy("Demo"), .copy("Court")],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "comity-conformance",
            dependencies: [
                "Standards", "Register", "Sealing", "CZlib", crypto, .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings),
        // tests
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swiftSettings),
        // A process for tests to kill: it appends to a register with many clients at once.
        .executableTarget(
            name: "append-load", dependencies: ["Node", "Storage", "Standards"], path: "Tests/AppendLoad", swiftSettings: swiftSettings),
        .target(name: "LawSupport", dependencies: ["Law", "TestSupport"], path: "Tests/LawSupport", swiftSettings: swiftSettings),
        tests("Standards"),
        .testTarget(
            name: "LawTests", dependencies: ["Law", "Standards", "TestSupport", "LawSupport"], exclude: ["Cases"],
            swiftSettings: swiftSettings),
        tests("Register", ["Standards"]),
        tests("Dossier", ["Standards", "Law", "LawSupport"]),
        tests("Treaty", ["Standards", "Law", "LawSupport"]),
        tests("Conference", ["Standards", "Law", "Register", "Treaty", "LawSupport"]),
        tests("Sealing", ["Standards", crypto, certificates, asn1]),
        tests("Exchange", ["Standards", "Law", "LawSupport", "Dossier", "Register", "Sealing"]),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["Simulation", "Standards", "Law", "LawSupport", "Dossier", "Register", "Exchange", "TestSupport"],
            exclude: ["failing-seeds.txt"], swiftSettings: swiftSettings),
        tests("Storage", ["Standards", "Register", "Dossier", "Exchange", "Sealing", .product(name: "GRDB", package: "GRDB.swift")]),
        tests(
            "Transport",
            [
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOTLS", package: "swift-nio"),
            ]),
        tests(
            "Node",
            [
                "Standards", "Law", "Dossier", "Register", "Sealing", "Exchange", "Court", "Storage", "Transport", hummingbird,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(
            name: "DeskTests",
            dependencies: [
                "Standards", "Law", "Register", "Dossier", "Sealing", "Exchange", "Storage", "Transport", "Node", "Desk", "Web",
                "TestSupport",
                hummingbird, crypto,
                .product(name: "HummingbirdTesting", package: "hummingbird"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Browser", "API"], swiftSettings: swiftSettings),
        .testTarget(
            name: "PortalTests",
            dependencies: [
                "Standards", "Law", "Exchange", "Treaty", "Node", "Web", "Portal", "TestSupport", hummingbird,
                .product(name: "HummingbirdTesting", package: "hummingbird"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "comityTests",
            dependencies: [
                "comity", "TestSupport", "Standards", "Law", "Dossier", "Register", "Exchange", "Sealing", "Court", "Storage", "Transport",
                "Node", "append-load", hummingbird,
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: swiftSettings),
    ],
    swiftLanguageModes: [.v6]
)

// The measuring of the desk (Benchmarks/README.md): not part of an ordinary build.
if Context.environment["COMITY_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "desk-benchmark",
            dependencies: [
                "Standards", "Law", "Register", "Dossier", "Sealing", "Exchange", "Storage", "Node", "Desk", hummingbird,
                .product(name: "HummingbirdTesting", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
            ],
            path: "Benchmarks/desk", swiftSettings: swiftSettings))
    package.targets.append(
        .executableTarget(
            name: "sealing-benchmark", dependencies: ["Standards", "Sealing"], path: "Benchmarks/sealing", swiftSettings: swiftSettings))
    package.targets.append(
        .executableTarget(
            name: "register-benchmark",
            dependencies: [
                "Standards", "Register", "Exchange", "Dossier", "Storage", crypto, .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            path: "Benchmarks/register", swiftSettings: swiftSettings))
    package.targets.append(
        .executableTarget(
            name: "exchange-benchmark",
            dependencies: [
                "Standards", "Law", "Dossier", "Exchange", "Storage", "Transport", "Node", hummingbird,
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Benchmarks/exchange", exclude: ["as2.py"], swiftSettings: swiftSettings))
}

// Fuzz targets (bin/fuzz): built with libFuzzer and the address sanitizer, in a folder of their own.
if Context.environment["COMITY_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "comity-fuzz", dependencies: ["Standards", "Register", "Sealing"], path: "Fuzz", exclude: ["Corpus"],
            swiftSettings: swiftSettings + [.unsafeFlags(["-parse-as-library"])]))
}
