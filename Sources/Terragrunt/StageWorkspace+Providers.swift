import ClusterModel
import Execution
import Foundation

extension StageWorkspace {
    /// How long a provider is kept that no run uses.
    private static let patience: TimeInterval = 30 * 24 * 60 * 60

    /// What units of earlier runs downloaded; `nil` when the operator named a cache of their own.
    var providers: ProviderCache? {
        guard settings.environment.variables["TF_PLUGIN_CACHE_DIR"] == nil else { return nil }
        return ProviderCache(directory: "\(directory)/providers")
    }

    /// Makes the cache ready; nothing may use it yet.
    func prepareProviders() async throws {
        guard let providers else { return }
        do {
            try await offThePool { try providers.prepare() }
        } catch {
            throw StageError(
                "Providers that may not be whole could not be removed: \(error).",
                hint: "Check the permissions of \(providers.directory), or delete it; a cache "
                    + "elsewhere is named with TF_PLUGIN_CACHE_DIR in --stage-env.",
                disposition: .waiting)
        }
    }

    /// Keeps what a program linked to working folders below `folder`, after it succeeded.
    func keepProviders(usedBelow folder: String) async {
        await trying { try $0.seal(usedBelow: folder) }
    }

    /// Keeps everything that programs brought, after one of them did all its work.
    func keepProviders(after log: CallLog.Content) async {
        // The program may have gone on although one that it ran failed while it unpacked.
        guard !log.complains else { return }
        await trying { try $0.sealAll() }
    }

    /// Keeps what the stage used anywhere, and removes what no run used for long.
    func tidyProviders() async {
        let checkout = checkout.path
        await trying {
            try $0.seal(usedBelow: checkout)
            try $0.collect(notUsedSince: Date(timeIntervalSinceNow: -Self.patience))
        }
    }

    /// A failure only costs the next run time.
    private func trying(_ work: @escaping @Sendable (ProviderCache) throws -> Void) async {
        guard let providers else { return }
        do {
            try await offThePool { try work(providers) }
        } catch {
            say("providers could not be kept for the next run: \(error)")
        }
    }
}
