// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours: Swift 6 mode comes from the tools version; a warning is an error.
let house: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// The live page, which is put into the binary.
let pageFiles = [
  "page.html", "page.css", "board.js", "dom.js", "graph.js", "main.js", "session.js", "task.js", "text.js",
]

let package = Package(
  name: "banyan",
  products: [
    .executable(name: "banyan", targets: ["banyan"]),
    .executable(name: "banyan-bench", targets: ["banyan-bench"]),
    .library(name: "BanyanClient", targets: ["BanyanClient"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
    .target(name: "CJSONArena", dependencies: ["CJansson"]),
    .target(name: "BanyanJSON", dependencies: ["CJSONArena", "CJansson"], swiftSettings: house),
    .target(
      name: "BanyanCore",
      dependencies: [.product(name: "Collections", package: "swift-collections")],
      swiftSettings: house),
    .target(name: "CChecksum"),
    .target(
      name: "BanyanStore",
      dependencies: [
        "BanyanCore", "BanyanJSON", "CChecksum", .product(name: "Collections", package: "swift-collections"),
      ],
      swiftSettings: house),
    .target(name: "BanyanWire", dependencies: ["BanyanCore", "BanyanJSON"], swiftSettings: house),
    .target(
      name: "BanyanServer",
      dependencies: [
        "BanyanCore", "BanyanJSON", "BanyanStore", "BanyanWire",
        .product(name: "Collections", package: "swift-collections"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "X509", package: "swift-certificates"),
      ],
      resources: pageFiles.map { .embedInCode("Page/Files/\($0)") },
      swiftSettings: house),
    .target(
      name: "BanyanClient",
      dependencies: [
        "BanyanCore", "BanyanJSON", "BanyanWire",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: house),
    .target(name: "BanyanTerminal", swiftSettings: house),
    .target(name: "CProcess"),
    .target(
      name: "BanyanWorker",
      dependencies: [
        "BanyanClient", "BanyanCore", "BanyanJSON", "BanyanWire", "CProcess",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: house),
    .executableTarget(
      name: "banyan",
      dependencies: [
        "BanyanClient", "BanyanCore", "BanyanJSON", "BanyanServer", "BanyanStore", "BanyanTerminal", "BanyanWire",
        "BanyanWorker",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: house),
    .executableTarget(
      name: "banyan-bench",
      dependencies: [
        "BanyanClient", "BanyanCore", "BanyanJSON", "BanyanStore", "BanyanTerminal", "BanyanWire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: house),
    .target(name: "TestSupport", dependencies: ["BanyanCore"], path: "Tests/Support", swiftSettings: house),
    .target(
      name: "Simulation",
      dependencies: ["BanyanCore", .product(name: "Collections", package: "swift-collections")],
      path: "Tests/Simulation", swiftSettings: house),
    .executableTarget(
      name: "banyan-simulation", dependencies: ["Simulation"], path: "Tests/SimulationRunner", swiftSettings: house),
    .target(
      name: "StoreTestSupport", dependencies: ["BanyanCore", "BanyanStore"], path: "Tests/StoreSupport",
      swiftSettings: house),
    .testTarget(name: "BanyanJSONTests", dependencies: ["BanyanJSON"], swiftSettings: house),
    .testTarget(
      name: "BanyanCoreTests", dependencies: ["BanyanCore", "Simulation", "TestSupport", "banyan-simulation"],
      swiftSettings: house),
    .testTarget(name: "BanyanMutantTests", dependencies: ["BanyanCore", "Simulation"], swiftSettings: house),
    .testTarget(
      name: "BanyanStoreTests",
      dependencies: ["BanyanCore", "BanyanJSON", "BanyanStore", "StoreTestSupport", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: house),
    .testTarget(
      name: "BanyanWireTests", dependencies: ["BanyanCore", "BanyanJSON", "BanyanWire", "TestSupport"],
      swiftSettings: house),
    .testTarget(
      name: "BanyanServerTests",
      dependencies: [
        "BanyanClient", "BanyanCore", "BanyanJSON", "BanyanServer", "BanyanStore", "BanyanWire", "StoreTestSupport",
        "TestSupport",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "X509", package: "swift-certificates"),
      ], swiftSettings: house),
    .testTarget(
      name: "BanyanClientTests",
      dependencies: [
        "BanyanClient", "BanyanCore", "BanyanJSON",
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ], swiftSettings: house),
    .testTarget(
      name: "BanyanWorkerTests",
      dependencies: [
        "BanyanCore", "BanyanJSON", "BanyanWire", "BanyanWorker", "CProcess", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: house),
    .testTarget(name: "BanyanTerminalTests", dependencies: ["BanyanTerminal"], swiftSettings: house),
    .testTarget(
      name: "BanyanCommandTests",
      dependencies: [
        "BanyanClient", "BanyanCore", "BanyanJSON", "BanyanTerminal", "BanyanWorker", "TestSupport", "banyan",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: house),
    .testTarget(
      name: "EndToEndTests", dependencies: ["BanyanClient", "BanyanCore", "BanyanJSON", "TestSupport"],
      exclude: ["Python"], swiftSettings: house),
  ]
)
