// swift-tools-version:6.2
// SPDX-License-Identifier: Apache-2.0
//
// A package of its own, so that the product itself never depends on the measuring tool. How to run it: README.md.
import PackageDescription

let package = Package(
    name: "comity-benchmarks",
    dependencies: [
        .package(name: "comity", path: ".."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "Core",
            dependencies: [
                .product(name: "ComityCore", package: "comity"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Core",
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
    ],
    swiftLanguageModes: [.v6]
)
