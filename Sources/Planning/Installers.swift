import ClusterModel

/// Knows which image installs which release, and what is missing where none is known.
struct Installers {
    let situation: Situation

    /// The image for a release, or why there is none.
    func image(for version: Version) -> Result<InstallerReference, InstallerGap> {
        if let built = built(at: version) { return .success(.image(built)) }
        let isCommitted = version == situation.desired.talosVersion
        switch situation.definition.installer {
        case nil: return .failure(.unnamed)
        case .factory: return .failure(.factory)
        case .output(let output):
            guard isCommitted else { return .failure(.committedOnly) }
            guard situation.definition.stages[.images] != nil else {
                return .failure(.noImagesStage)
            }
            return .success(.output(output))
        case .image(let template):
            guard isCommitted || template.contains(Self.placeholder) else {
                return .failure(.committedOnly)
            }
            return .success(.image(filled(template, with: version)))
        }
    }

    /// Whether the images stage has something to build.
    var needsBuild: Bool {
        if situation.fields.contains(Field.imageInputs) { return true }
        guard situation.commitChangesImage || !situation.needing.isEmpty else { return false }
        return built(at: situation.desired.talosVersion) == nil
    }

    /// An image that an earlier run built of the same values, unless files of its stage changed.
    private func built(at version: Version) -> String? {
        guard !situation.fields.contains(Field.imageInputs) else { return nil }
        return situation.input.builtInstallers[situation.desired.at(version).imageKey]
    }

    private static let placeholder = "${talos_version}"

    /// Fills the template with the version as the repository spells it: with or without the `v`.
    private func filled(_ template: String, with version: Version) -> String {
        let spelled = situation.desired.spellings[Field.talosVersion]
        let isBare = spelled.map { !$0.hasPrefix("v") } ?? false
        let text = isBare ? version.withoutPrefix : version.description
        return template.split(separator: Self.placeholder, omittingEmptySubsequences: false)
            .joined(separator: text)
    }
}

/// Why no installer of a release is known.
enum InstallerGap: Error, Hashable {
    /// The definition names no source.
    case unnamed

    /// An Image Factory, which this version does not ask.
    case factory

    /// The source is known for the committed release only.
    case committedOnly

    /// The output is read after an images stage, and there is none.
    case noImagesStage
}
