public import ClusterModel
import Foundation
import Synchronization

/// What an installer image puts on a node.
public struct SimulatedImage: Hashable, Sendable {
    /// The Talos version.
    public var version: Version

    /// The extensions in the image.
    public var extensions: [InstalledExtension]

    /// The kernel arguments that the image brings.
    public var kernelArguments: [String]

    /// The Image Factory schematic, when the image has one.
    public var schematic: String?

    /// Whether a node can boot it; one that cannot falls back to the system before.
    public var boots: Bool

    /// Creates contents.
    public init(
        version: Version, extensions: [InstalledExtension] = [], kernelArguments: [String] = [],
        schematic: String? = nil, boots: Bool = true
    ) {
        self.version = version
        self.extensions = extensions
        self.kernelArguments = kernelArguments
        self.schematic = schematic
        self.boots = boots
    }
}

/// The images that nodes can pull, by their references.
///
/// Beside what is published in the process, every `*.json` file of a directory is an image; the
/// directory is read anew at each pull, so that other processes can publish there:
/// `{"reference": "…", "version": "v1.12.1", "extensions": [{"name": "…", "version": "…"}],
/// "kernel_args": ["…"], "schematic": "…", "boots": true}`, where all but the first two may be left
/// out.
public final class SimulatedRegistry: Sendable {
    private let published = Mutex<[String: SimulatedImage]>([:])
    private let directory: String?

    /// Creates a registry without images; `directory` need not exist yet.
    public init(directory: String? = nil) { self.directory = directory }

    /// Puts an image behind a reference, in place of what was there.
    public func publish(_ reference: String, _ image: SimulatedImage) {
        published.withLock { $0[reference] = image }
    }

    /// Takes an image away; files of the directory stay.
    public func withdraw(_ reference: String) {
        published.withLock { $0[reference] = nil }
    }

    /// The image behind a reference; `nil` when there is none.
    public func image(_ reference: String) -> SimulatedImage? {
        published.withLock { $0[reference] } ?? fromDirectory(reference)
    }

    private func fromDirectory(_ reference: String) -> SimulatedImage? {
        guard let directory,
            let names = try? FileManager.default.contentsOfDirectory(atPath: directory)
        else { return nil }
        for name in names.sorted() where name.hasSuffix(".json") {
            let path = directory + "/" + name
            // A file that is being written is not an image yet.
            guard let data = FileManager.default.contents(atPath: path),
                let file = try? JSONDecoder().decode(ImageFile.self, from: data),
                file.reference == reference
            else { continue }
            return file.image
        }
        return nil
    }
}

/// A file that describes an image.
private struct ImageFile: Decodable {
    struct Extension: Decodable {
        let name: String
        let version: String
    }

    let reference: String
    let version: String
    let extensions: [Extension]?
    let kernelArguments: [String]?
    let schematic: String?
    let boots: Bool?

    enum CodingKeys: String, CodingKey {
        case reference
        case version
        case extensions
        case kernelArguments = "kernel_args"
        case schematic
        case boots
    }

    var image: SimulatedImage? {
        guard let version = Version(version) else { return nil }
        return SimulatedImage(
            version: version,
            extensions: (extensions ?? []).map {
                InstalledExtension(name: $0.name, version: $0.version)
            },
            kernelArguments: kernelArguments ?? [], schematic: schematic, boots: boots ?? true)
    }
}
