// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "assay", path: "../..")],
  targets: [
    .executableTarget(
      name: "benchmarks",
      dependencies: [
        .product(name: "Assay", package: "assay"),
        .product(name: "AssayPlanning", package: "assay"),
        .product(name: "AssayEnvironments", package: "assay"),
        .product(name: "AssayAgents", package: "assay"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
