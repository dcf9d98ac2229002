// swift-tools-version: 6.2

import PackageDescription

// One section for each room, in the order in which data walks through them: a target depends only
// on targets above it. Which room may import which is the table of `Tests/TidyTests`.

let grpc: [Target.Dependency] = [
    .product(name: "GRPCCore", package: "grpc-swift-2"),
    .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
    .product(name: "SwiftProtobuf", package: "swift-protobuf"),
]
let network: [Target.Dependency] = [
    .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOFoundationCompat", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]
let server: [Target.Dependency] = [
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "Logging", package: "swift-log"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
    .product(name: "NIOPosix", package: "swift-nio"),
]
let certificates: [Target.Dependency] = [
    .product(name: "Crypto", package: "swift-crypto"),
    .product(name: "SwiftASN1", package: "swift-asn1"),
    .product(name: "X509", package: "swift-certificates"),
]

let package = Package(
    name: "uprev",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "uprev", targets: ["uprev"]),
        .executable(name: "uprev-demo", targets: ["uprev-demo"]),
        .library(name: "HCL", targets: ["HCL"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // MARK: What a cluster is
        .target(name: "ClusterModel"),
        .testTarget(name: "ClusterModelTests", dependencies: ["ClusterModel"]),

        // MARK: What a commit says
        .target(name: "HCL"),
        .testTarget(name: "HCLTests", dependencies: ["HCL", "hcl-growth"]),

        .systemLibrary(
            name: "CLibgit2", pkgConfig: "libgit2",
            providers: [.apt(["libgit2-dev"]), .brew(["libgit2"])]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(name: "CGitStart"),
        .target(name: "Git", dependencies: ["CGitStart", "CLibgit2", "COpenSSL", "CZlib"]),
        .testTarget(
            name: "GitTests", dependencies: ["CLibgit2", "CZlib", "Git", "TestSupport", "uprev"]),

        .target(
            name: "Infrastructure",
            dependencies: [
                "ClusterModel", "HCL", .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .testTarget(
            name: "InfrastructureTests", dependencies: ["ClusterModel", "HCL", "Infrastructure"]),

        // MARK: What is to be done
        .target(
            name: "Planning",
            dependencies: ["ClusterModel", .product(name: "Crypto", package: "swift-crypto")]),
        .testTarget(name: "PlanningTests", dependencies: ["ClusterModel", "Planning"]),

        .target(name: "Execution", dependencies: ["ClusterModel", "Planning"]),
        .testTarget(
            name: "ExecutionTests",
            dependencies: ["ClusterModel", "ClusterSimulator", "Execution", "Planning"]),

        // MARK: Doors to the outside
        .target(
            name: "RunStore",
            dependencies: [
                "ClusterModel", "Execution", "Planning",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "RunStoreTests",
            dependencies: [
                "ClusterModel", "Execution", "Planning", "RunStore", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),

        .target(name: "TalosMessages", dependencies: grpc, exclude: ["Protos"]),
        .target(
            name: "Talos",
            dependencies: [
                "ClusterModel", "Execution", "TalosMessages",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Yams", package: "Yams"),
            ] + grpc + network),
        .testTarget(
            name: "TalosTests",
            dependencies: ["ClusterModel", "Execution", "Talos", "TalosMessages"]
                + grpc + network + certificates),

        .target(
            name: "Kubernetes",
            dependencies: [
                "ClusterModel", "Execution",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Yams", package: "Yams"),
            ] + network),
        .testTarget(
            name: "KubernetesTests",
            dependencies: ["ClusterModel", "ClusterSimulator", "Execution", "Kubernetes"]
                + network + certificates),

        .target(
            name: "Terragrunt",
            dependencies: [
                "ClusterModel", "Execution",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        .testTarget(
            name: "TerragruntTests", dependencies: ["ClusterModel", "Execution", "Terragrunt"]),

        // MARK: What the operator reads, and the agent
        .target(name: "Reporting", dependencies: ["ClusterModel", "Execution", "Planning"]),
        .testTarget(
            name: "ReportingTests",
            dependencies: ["ClusterModel", "Execution", "Planning", "Reporting"]),
        .target(
            name: "Agent",
            dependencies: [
                "ClusterModel", "Execution", "Git", "HCL", "Infrastructure", "Kubernetes",
                "Planning", "Reporting", "RunStore", "Talos", "Terragrunt",
                .product(name: "Crypto", package: "swift-crypto"),
            ] + server),
        .testTarget(
            name: "AgentTests",
            dependencies: [
                "Agent", "ClusterModel", "Execution", "Git", "RunStore", "Talos", "Terragrunt",
                "TestSupport",
            ] + server),
        .executableTarget(
            name: "uprev",
            dependencies: [
                "Agent", "ClusterModel", "Execution", "Git", "HCL", "Infrastructure",
                "Planning", "Reporting", "RunStore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // MARK: Test and demo equipment, which the product does not link
        .target(
            name: "ClusterSimulator",
            dependencies: ["ClusterModel", "Execution", "Planning", "TalosMessages"]
                + grpc + network + certificates),

        .testTarget(
            name: "ClusterSimulatorTests",
            dependencies: [
                "ClusterModel", "ClusterSimulator", "Execution", "Planning", "TalosMessages",
            ] + grpc + network + certificates),
        .executableTarget(
            name: "uprev-demo", dependencies: ["ClusterModel", "ClusterSimulator", "Execution"]),
        .target(name: "CAllocations", path: "Tests/Benchmarks/hcl/CAllocations"),
        .executableTarget(name: "hcl-bench", dependencies: ["CAllocations", "HCL"]),
        .executableTarget(name: "hcl-growth", dependencies: ["HCL"]),
        .executableTarget(name: "git-bench", dependencies: ["Git"]),
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "ClusterModel", "ClusterSimulator", "Execution", "Kubernetes", "Talos",
                "TestSupport", "uprev",
            ]),
        .testTarget(name: "CommandTests", dependencies: ["TestSupport", "uprev"]),

        // MARK: The code itself
        .testTarget(name: "TidyTests"),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
}
