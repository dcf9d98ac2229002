import ClusterModel
import Execution
import Foundation
import Git
import Talos
import TestSupport
import Testing

@testable import Agent

/// One cluster is never reached with the credentials of another.
@Suite("Which credentials stand for which cluster")
struct CredentialTests {
    let folder: TemporaryDirectory
    let infra: InfraRepository
    let repository: GitRepository

    init() throws {
        folder = try TemporaryDirectory()
        infra = try InfraRepository()
        repository = try GitRepository(at: infra.path)
        let files = try Self.makeKeys(in: folder)
        let context = ["ca": files.certificate, "crt": files.certificate, "key": files.key]
            .map { "    \($0.key): \($0.value)" }.sorted().joined(separator: "\n")
        try folder.write(
            "context: staging\ncontexts:\n  staging:\n    endpoints: [127.0.0.1:1]\n\(context)\n",
            to: "talosconfig")
    }

    private func connect(
        _ name: String, isOnlyCluster: Bool, kubeconfig: String? = nil
    ) async throws {
        var settings = AgentSettings(
            repository: "file:///nowhere", stateDirectory: folder.path,
            talosConfig: "\(folder.path)/talosconfig")
        settings.kubeConfig = kubeconfig
        let definition = ClusterDefinition(
            name: ClusterName(name), versions: "v.hcl", schematic: "s.hcl")
        _ = try await LiveClusters(settings: settings).connection(
            to: definition, isOnlyCluster: isOnlyCluster, repository: repository)
    }

    @Test("A context of the cluster's name is used, also beside other clusters")
    func named() async throws {
        try await connect("staging", isOnlyCluster: false)
    }

    @Test("The chosen context stands for a cluster that is the only one")
    func only() async throws {
        try await connect("prod", isOnlyCluster: true)
    }

    @Test("The chosen context does not stand for one of several clusters")
    func several() async throws {
        let error = await #expect(throws: TalosConfigError.self) {
            try await connect("prod", isOnlyCluster: false)
        }
        #expect(error?.description.contains("no context \"prod\"") == true)
    }

    @Test("One kubeconfig does not stand for several clusters")
    func kubeconfig() async throws {
        try await connect("staging", isOnlyCluster: true, kubeconfig: "/kubeconfig")
        let error = await #expect(throws: ClusterError.self) {
            try await connect("staging", isOnlyCluster: false, kubeconfig: "/kubeconfig")
        }
        #expect(error?.kind == .misconfigured)
    }

    /// A key and a certificate that signs itself, in base64 as a talosconfig has them.
    private static func makeKeys(
        in folder: TemporaryDirectory
    ) throws -> (certificate: String, key: String) {
        let result = try Program("/usr/bin/env").run([
            "openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "30", "-subj",
            "/O=os:admin", "-keyout", "\(folder.path)/key.pem", "-out", "\(folder.path)/crt.pem",
        ])
        guard result.status == 0 else { throw ProgramError(description: result.errors) }
        let encode = { (name: String) in
            try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)"))
                .base64EncodedString()
        }
        return (try encode("crt.pem"), try encode("key.pem"))
    }
}
