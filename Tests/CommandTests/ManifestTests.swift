import Foundation
import TestSupport
import Testing

/// What the manifests and the README say of flags is what the program has.
@Suite("Manifests and README")
struct ManifestTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let files = [
        "manifests/systemd/uprev.service", "manifests/systemd/uprev.env",
        "manifests/container/Containerfile", "manifests/kustomize/stateful-set.yaml",
        "manifests/kustomize/kustomization.yaml",
    ]

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
    }

    private func flags() throws -> Set<String> {
        let help = try Program.uprev().run(["run", "--help"]).output
        return Set(help.matches(of: /--[a-z-]+/).map { String($0.output) })
    }

    @Test("A manifest names only flags that exist", arguments: files)
    func manifest(path: String) throws {
        let flags = try flags()
        let text = try text(path)
        let isOwn = { (line: Substring) in
            !line.contains("swift build") && !line.contains("useradd") && !line.contains("apt-get")
        }
        for line in text.split(separator: "\n") where isOwn(line) {
            for match in line.matches(of: /--[a-z-]+/) where !match.output.contains("from") {
                #expect(flags.contains(String(match.output)), "\(path): \(line)")
            }
            for match in line.matches(of: /UPREV_[A-Z_]+/) {
                let flag = "--" + match.output.dropFirst(6).lowercased().replacing("_", with: "-")
                #expect(flags.contains(flag), "\(path): \(line)")
            }
        }
    }

    @Test("The README lists every flag of the agent")
    func readme() throws {
        let readme = try text("README.md")
        for flag in try flags() where !["--help", "--version"].contains(flag) {
            #expect(readme.contains("`\(flag)`"), "\(flag)")
        }
    }

    @Test("The README's uprev.hcl is one that check accepts")
    func definition() throws {
        let readme = try text("README.md")
        let block = try #require(readme.firstMatch(of: /```hcl\n((?:[^`]|\n)*?)```/)).1
        let repository = try InfraRepository([
            "uprev.hcl": String(block),
            "common/versions.hcl": InfraFiles.versions
                .replacingOccurrences(of: "talos_version ", with: "talos "),
            "common/install-schematic.hcl": InfraFiles.schematic,
            "clusters/sol/cluster.hcl": "locals {}\n",
            "images/1-talos-install-image-build/terragrunt.hcl": "",
            "cluster/2-machine-config-generate/terragrunt.hcl": "",
            "cluster/3-cluster-bootstrap/terragrunt.hcl": "",
        ])
        let result = try Program.uprev().run(["check", "--repository", repository.path])
        #expect(result.status == 0, "\(result.errors)")
    }
}
