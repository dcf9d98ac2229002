import ClusterModel

/// What decides the content of the installer image of a desired state.
///
/// The order of kernel arguments counts, since of two that say different things the last one
/// wins; the order of extensions does not. The list that an extension stands in counts, since
/// each list is read by another builder.
struct ImageValues: Hashable, Sendable, Codable {
    let talosVersion: String
    let extensionVersion: String?
    let platform: String?
    let architecture: String?
    let secureBoot: Bool?
    let kernelArguments: [String]
    let extensions: [String]

    init(_ state: DesiredState) {
        talosVersion = state.talosVersion.description
        let isUnused = state.unusedValues.contains(Field.extensionVersion)
        extensionVersion = isUnused ? nil : state.extensionVersion?.description
        platform = state.platform
        architecture = state.architecture
        secureBoot = state.secureBoot
        kernelArguments = state.kernelArguments
        extensions = ExtensionList.allCases.flatMap { list in
            (state.extensions[list] ?? []).map { "\(list.rawValue) \($0)" }.sorted()
        }
    }

    /// The fields that are compared here and changed in place.
    static let fields: Set<String> = Set(
        [Field.talosVersion, Field.extensionVersion, Field.kernelArguments]
            + ExtensionList.allCases.map(\.rawValue))
}

extension DesiredState {
    /// The same state at another Talos release, as a hop on the way to it installs it.
    func at(_ talos: Version) -> DesiredState {
        var state = self
        state.talosVersion = talos
        return state
    }
}
