extension NodeSystem {
    /// Whether an extension of that image is installed.
    ///
    /// A node reports the name in the extension's own manifest. For most images that is the last
    /// component of the image's name; some add or drop the owner's prefix or a suffix.
    public func hasExtension(_ image: ImageReference) -> Bool {
        extensions.contains { image.mayReport(as: $0.name) }
    }
}

extension ImageReference {
    /// Whether an installed extension of this image may report itself under `name`.
    public func mayReport(as name: String) -> Bool {
        let wanted = shortName.lowercased()
        let reported = name.lowercased()
        return reported == wanted || wanted.hasSuffix("-\(reported)")
            || reported.hasSuffix("-\(wanted)") || wanted.hasPrefix("\(reported)-")
            || reported.hasPrefix("\(wanted)-")
    }
}
