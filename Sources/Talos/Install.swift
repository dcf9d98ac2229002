import ClusterModel
import GRPCCore
import SwiftProtobuf
import TalosMessages

extension TalosClient {
    /// Installs an image by the calls that the node's version has.
    ///
    /// ``TalosError/isOutcomeUnknown`` means that the image may have been installed, or may still
    /// be; ``TalosError/Kind/installFailed`` that the installer ran and failed; anything else that
    /// it was not started.
    func install(
        _ image: String, on target: CallTarget, through interface: InstallInterface,
        mode: RebootMode, progress: @escaping @Sendable (String) -> Void
    ) async throws {
        try await check(interface, on: target)
        switch interface {
        case .machine:
            try await upgradeMachine(image, on: target, mode: mode, progress: progress)
        case .lifecycle:
            let name = try await pull(image, on: target, progress: progress)
            try await upgradeLifecycle(name, on: target, progress: progress)
        }
    }

    /// A plan may be older than what the node runs by now; the calls differ in who reboots.
    private func check(_ interface: InstallInterface, on target: CallTarget) async throws {
        let version = try await act("install", on: target, timeout: timeouts.read) { call in
            try await call.version()
        }
        guard InstallInterface(running: version) == interface else {
            throw TalosError(
                .failedPrecondition, call: "install", node: target.name,
                reason: "it runs \(version), and the plan was made for another version")
        }
    }

    /// The in-memory containerd: the one that the installer is run by, and free of the disk.
    private static var containerd: Common_ContainerdInstance {
        var instance = Common_ContainerdInstance()
        instance.driver = .containerd
        instance.namespace = .nsSystem
        return instance
    }

    /// Pulls an image onto the node, and returns its name by digest.
    private func pull(
        _ image: String, on target: CallTarget, progress: @escaping @Sendable (String) -> Void
    ) async throws -> String {
        var request = Machine_ImageServicePullRequest()
        request.containerd = Self.containerd
        request.imageRef = image
        let sent = request
        do {
            return try await act("ImageService.Pull", on: target, timeout: timeouts.pull) { call in
                let name = try await call.images.pull(
                    sent, metadata: call.metadata, options: call.options
                ) { reply in
                    var name = image
                    for try await message in reply.messages {
                        if case .name(let pulled) = message.response { name = pulled }
                    }
                    return name
                }
                progress("pulled \(name)")
                return name
            }
        } catch let error as TalosError where error.isOutcomeUnknown {
            // A pull changes nothing that boots: the installation has not begun.
            throw TalosError(.notSent, call: error.call, node: error.node, reason: error.reason)
        }
    }

    private func upgradeLifecycle(
        _ image: String, on target: CallTarget, progress: @escaping @Sendable (String) -> Void
    ) async throws {
        var request = Machine_LifecycleServiceUpgradeRequest()
        request.containerd = Self.containerd
        request.source.imageName = image
        let sent = request
        let name = "LifecycleService.Upgrade"
        try await act(name, on: target, timeout: timeouts.install) { call in
            let report = InstallReport(call: name, node: target.name)
            try await call.lifecycle.upgrade(
                sent, metadata: call.metadata, options: call.options
            ) { reply in
                var report = report
                do {
                    for try await message in reply.messages {
                        report.take(message.progress).forEach(progress)
                    }
                } catch {
                    throw report.failure(error)
                }
                report.finish().forEach(progress)
                try report.verify()
            }
        }
    }
}

/// What a node tells about an installation while it runs.
struct InstallReport: Sendable {
    private let call: String
    private let node: String
    private var lines = LineAssembler()
    private var lastLine: String?
    private var exitCode: Int32?

    init(call: String, node: String) {
        self.call = call
        self.node = node
    }

    /// Takes a message, and returns the lines that it completes.
    mutating func take(_ progress: Machine_LifecycleServiceInstallProgress) -> [String] {
        switch progress.response {
        case .message(let bytes):
            let completed = lines.take(bytes)
            lastLine = completed.last ?? lastLine
            return completed
        case .exitCode(let code):
            exitCode = code
            return []
        case nil: return []
        }
    }

    /// The last line, when it has no end.
    mutating func finish() -> [String] {
        guard let line = lines.finish() else { return [] }
        lastLine = line
        return [line]
    }

    /// Throws unless the installer is known to have succeeded: a stream may end well without it.
    func verify() throws(TalosError) {
        switch exitCode {
        case 0: return
        case let code?:
            throw TalosError(
                .installFailed, call: call, node: node,
                reason: "the installer ended with exit code \(code)"
                    + (lastLine.map { ": \($0)" } ?? ""))
        case nil:
            throw TalosError(
                .unreachable, call: call, node: node,
                reason: "the report ended without the installer's exit code")
        }
    }

    /// What an error in the middle of the report means.
    func failure(_ error: any Error) -> TalosError {
        let failure = TalosError(error, call: call, node: node)
        guard !failure.isOutcomeUnknown, lastLine != nil else { return failure }
        // The installer had begun; how far it came is not known, and it is not going on.
        return TalosError(.installFailed, call: call, node: node, reason: failure.reason)
    }
}
