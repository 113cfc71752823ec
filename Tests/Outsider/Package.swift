// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "outsider",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "assay", path: "../..")],
  targets: [
    .executableTarget(
      name: "outsider",
      dependencies: [
        .product(name: "Assay", package: "assay"),
        .product(name: "AssayDiagnostics", package: "assay"),
        .product(name: "AssayReports", package: "assay"),
      ]),
    .executableTarget(
      name: "network",
      dependencies: [
        .product(name: "Assay", package: "assay"),
        .product(name: "AssayNetworks", package: "assay"),
      ]),
    .executableTarget(
      name: "agent",
      dependencies: [
        .product(name: "Assay", package: "assay"),
        .product(name: "AssayAgents", package: "assay"),
        .product(name: "AssayDiagnostics", package: "assay"),
        .product(name: "AssayEnvironments", package: "assay"),
        .product(name: "AssayNetworks", package: "assay"),
        .product(name: "AssayTesting", package: "assay"),
      ]),
    .executableTarget(
      name: "room",
      dependencies: [
        .product(name: "Assay", package: "assay"),
        .product(name: "AssayEnvironments", package: "assay"),
        .product(name: "AssayTesting", package: "assay"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
