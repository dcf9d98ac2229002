import ClusterModel
import GRPCCore
import SwiftProtobuf
import TalosMessages

extension MachineCall {
    /// The Talos version that the node runs.
    func version() async throws -> ClusterModel.Version {
        let reply = try await machine.version(.init(), metadata: metadata, options: options)
        let tag = try first(reply.messages).version.tag
        guard let version = ClusterModel.Version(tag) else {
            throw RPCError(code: .unknown, message: "the node calls its version \"\(tag)\"")
        }
        return version
    }

    /// Stage and readiness of the machine.
    func machineStatus() async throws -> MachineStatus {
        guard let spec = try await resource(Resources.machineStatus, "machine") else {
            return MachineStatus(stage: .unknown, isReady: false, unmetConditions: [])
        }
        return MachineStatus(
            stage: MachineStage(spec.stage), isReady: spec.status.ready,
            unmetConditions: spec.status.unmetConditions.map {
                UnmetCondition(name: $0.name, reason: $0.reason)
            })
    }

    /// The installed extensions, and apart from them the schematic of the image.
    func extensions() async throws -> InstalledExtensions {
        let layers = try await resources(Resources.extensions).map(\.spec.metadata)
        // Two entries of the list describe the image and are no extensions.
        let extensions = layers.filter { $0.name != "schematic" && $0.name != "modules.dep" }
        return InstalledExtensions(
            extensions: extensions.map { InstalledExtension(name: $0.name, version: $0.version) }
                .sorted { ($0.name, $0.version) < ($1.name, $1.version) },
            schematic: layers.first { $0.name == "schematic" }?.version)
    }

    /// The command line that the running kernel was started with.
    func kernelCommandLine() async throws -> String {
        if let spec = try await resource(Resources.kernelCommandLine, "cmdline") {
            return spec.cmdline
        }
        return try await file("/proc/cmdline")
    }

    /// The kernel's boot ID, which is another after every boot.
    func bootID() async throws -> String {
        if let spec = try await resource(Resources.bootID, "boot-id") { return spec.bootID }
        return try await file("/proc/sys/kernel/random/boot_id")
    }

    /// The boot entry that was booted; `nil` before Talos 1.11, and on nodes that boot by GRUB.
    func bootedEntry() async throws -> String? {
        let entry = try await resource(Resources.bootedEntry, "bootedentry")?.bootedEntry
        return entry.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Reads a small file of the node, without white space around it.
    private func file(_ path: String) async throws -> String {
        var request = Machine_ReadRequest()
        request.path = path
        let limit = 1 << 20
        let bytes = try await machine.read(request, metadata: metadata, options: options) { reply in
            var bytes: [UInt8] = []
            for try await piece in reply.messages where bytes.count <= limit {
                bytes += piece.bytes
            }
            return bytes
        }
        return String(decoding: bytes, as: UTF8.self).trimmingWhitespace
    }

    /// The reply of the one node that was asked.
    func first<Reply>(_ messages: [Reply]) throws -> Reply {
        guard let reply = messages.first else {
            throw RPCError(code: .unknown, message: "the node's reply is empty")
        }
        return reply
    }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        let rest = drop { $0.isWhitespace }
        let end = rest.lastIndex { !$0.isWhitespace }.map(rest.index(after:))
        return String(rest[..<(end ?? rest.startIndex)])
    }
}
