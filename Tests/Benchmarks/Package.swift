// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "assay", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
  ],
  targets: [
    .target(name: "CMachine"),
    .executableTarget(
      name: "benchmarks",
      dependencies: [
        "CMachine",
        .product(name: "Assay", package: "assay"),
        .product(name: "AssayNetworks", package: "assay"),
        .product(name: "AssayPlanning", package: "assay"),
        .product(name: "AssayEnvironments", package: "assay"),
        .product(name: "AssayAgents", package: "assay"),
        .product(name: "AssayDiagnostics", package: "assay"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
