// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "assay",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Assay", targets: ["Assay"]),
    .library(name: "AssayPlanning", targets: ["AssayPlanning"]),
    .library(name: "AssayNetworks", targets: ["AssayNetworks"]),
    .library(name: "AssayTesting", targets: ["AssayTesting"]),
    .library(name: "AssayEnvironments", targets: ["AssayEnvironments"]),
    .library(name: "AssayAgents", targets: ["AssayAgents"]),
    .library(name: "AssayDiagnostics", targets: ["AssayDiagnostics"]),
    .library(name: "AssayReports", targets: ["AssayReports"]),
    .library(name: "AssayScenarios", targets: ["AssayScenarios"]),
    .executable(name: "assay", targets: ["AssayCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    // Floor 0: the contract, the system's linear algebra and inflation, and the numeric kernels.
    .target(name: "Assay"),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(name: "CKernels"),
    // Floor 1
    .target(name: "AssayNetworks", dependencies: ["Assay", "CKernels", "CZlib"]),
    .target(name: "AssayPlanning", dependencies: ["Assay", "CKernels", "COpenBLAS"]),
    .target(name: "AssayTesting", dependencies: ["Assay"]),
    // Floor 2
    .target(name: "AssayEnvironments", dependencies: ["Assay", "AssayPlanning"], path: "Environments"),
    .target(
      name: "AssayAgents", dependencies: ["Assay", "AssayNetworks", "AssayPlanning"], path: "Agents"),
    .target(name: "AssayDiagnostics", dependencies: ["Assay", "AssayPlanning"]),
    // Floor 3
    .target(name: "AssayReports", dependencies: ["AssayDiagnostics"]),
    // Floor 4
    .target(
      name: "AssayScenarios",
      dependencies: [
        "AssayDiagnostics", "AssayAgents", "AssayEnvironments", "AssayReports",
        .product(name: "Yams", package: "Yams"),
      ], resources: [.copy("Shipped")]),
    // Floor 5: the command, and the only registry of names.
    .executableTarget(
      name: "AssayCommand",
      dependencies: [
        "AssayScenarios", "AssayReports", "AssayTesting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(
      name: "AssayTests", dependencies: ["Assay", "AssayTesting", "AssayEnvironments"]),
    .testTarget(
      name: "AssayNetworksTests", dependencies: ["AssayNetworks", "CKernels", "COpenBLAS"],
      resources: [.copy("Resources")]),
    .testTarget(
      name: "AssayPlanningTests",
      dependencies: ["AssayPlanning", "AssayEnvironments", "CKernels"], resources: [.copy("Resources")]),
    .testTarget(
      name: "AssayEnvironmentsTests",
      dependencies: ["AssayEnvironments", "AssayPlanning", "AssayTesting"],
      resources: [.copy("Resources")]),
    .testTarget(
      name: "AssayAgentsTests",
      dependencies: ["AssayAgents", "AssayEnvironments", "AssayNetworks", "AssayPlanning", "AssayTesting"]),
    .testTarget(
      name: "AssayDiagnosticsTests",
      dependencies: ["AssayDiagnostics", "AssayScenarios", "AssayEnvironments"]),
    .testTarget(
      name: "AssayScenariosTests",
      dependencies: [
        "AssayScenarios", "AssayTesting", "AssayAgents", "AssayEnvironments", "AssayDiagnostics",
      ]),
    .testTarget(
      name: "AssayReportsTests", dependencies: ["AssayReports", "AssayScenarios"],
      resources: [.copy("Resources")]),
    .testTarget(name: "AssayCommandTests", dependencies: ["AssayCommand"], resources: [.copy("Resources")]),
  ],
  swiftLanguageModes: [.v6]
)
