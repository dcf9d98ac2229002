import ClusterModel

/// Tells extension tags that name a Talos release from tags that name the payload's own version.
///
/// The form alone does not tell: `vmtoolsd-guest-agent:v1.4.0` and
/// `nvidia-container-toolkit-lts:535.247.01-v1.17.8` look like Talos releases and are none. A tag
/// counts only where one of two things is known of its image:
///
/// 1. it is one of Sidero's kernel module extensions, which are built for exactly one release and
///    tagged with it, as `v1.11.2` or `9.2.14-v1.11.2`;
/// 2. its tag in the base commit named exactly the base's Talos release.
struct ReleaseTags {
    let base: DesiredState?

    /// The release that the tag of an extension names; `nil` when it names none.
    func release(namedBy image: ImageReference) -> Version? {
        guard let release = Self.version(in: image) else { return nil }
        return isKernelModule(image) || followedTalos(image) ? release : nil
    }

    private func isKernelModule(_ image: ImageReference) -> Bool {
        let prefix = "ghcr.io/siderolabs/"
        guard image.name.hasPrefix(prefix) else { return false }
        let name = image.name.dropFirst(prefix.count)
        return Self.kernelModules.contains { name == $0 || name.hasPrefix("\($0)-") }
    }

    private func followedTalos(_ image: ImageReference) -> Bool {
        guard let base else { return false }
        return base.allExtensions.contains {
            $0.name == image.name && Self.version(in: $0) == base.talosVersion
        }
    }

    /// The version that a tag is, or ends with after `-v`.
    private static func version(in image: ImageReference) -> Version? {
        guard let tag = image.tag else { return nil }
        if tag.hasPrefix("v") { return Version(tag) }
        let characters = Array(tag)
        for index in characters.indices.dropFirst() where characters[index] == "v" {
            guard characters[index - 1] == "-" else { continue }
            if let version = Version(String(characters[index...])) { return version }
        }
        return nil
    }

    /// Sidero's extensions whose tags name the Talos release, with their variants after a hyphen.
    ///
    /// Source: the list `image-digests` of `ghcr.io/siderolabs/extensions:v1.11.2`.
    private static let kernelModules = [
        "amazon-ena", "amdgpu", "binfmt-misc", "btrfs", "chelsio-drivers", "drbd", "dvb-cx23885",
        "dvb-m88ds3103", "gasket-driver", "i915", "mei", "nfsd", "nonfree-kmod-nvidia",
        "nvidia-open-gpu-kernel-modules", "panfrost", "thunderbolt", "uinput",
        "usb-modem-drivers", "v4l-uvc-drivers", "vc4", "xdma-driver", "zfs",
    ]
}
