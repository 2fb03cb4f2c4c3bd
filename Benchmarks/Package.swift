// swift-tools-version:6.2
// SPDX-License-Identifier: Apache-2.0
//
// A package of its own, so that the product itself never depends on the measuring tool. How to run it: README.md.
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "comity-benchmarks",
    dependencies: [
        .package(name: "comity", path: ".."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        // What is measured, and on what.
        .target(name: "Fixtures", dependencies: [.product(name: "ComityCore", package: "comity")], swiftSettings: swiftSettings),
        // Measured with time and memory, and instructions where the processor's counter can be read.
        .executableTarget(
            name: "Core",
            dependencies: ["Fixtures", .product(name: "Benchmark", package: "benchmark")],
            path: "Benchmarks/Core", swiftSettings: swiftSettings,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
        // Does one piece of work so many times: for an instruction count where there is no such counter.
        .executableTarget(name: "count", dependencies: ["Fixtures"], swiftSettings: swiftSettings),
    ],
    swiftLanguageModes: [.v6]
)
