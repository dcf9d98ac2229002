import ClusterModel
import Planning

extension NodeExpectation {
    /// What the node shows otherwise than expected, as the end of a sentence about it.
    ///
    /// `before` is what it showed before the install; a same-version update is proven by another
    /// booted slot where slots can be read (behaviour page 5.3).
    func mismatch(with system: NodeSystem, before: Evidence?) -> String? {
        if system.version != version { return "runs \(system.version) instead of \(version)" }
        if let missing = extensions.first(where: { !system.carries($0) }) {
            return "lacks the extension \(missing.name)"
        }
        let arguments = Set(system.kernelArguments)
        let wanted = kernelArguments.filter { !$0.hasPrefix("-") }
        if let missing = wanted.first(where: { !arguments.contains($0) }) {
            return "booted without the kernel argument \(missing)"
        }
        if let leftover = removedKernelArguments.first(where: arguments.contains) {
            return "still boots with the kernel argument \(leftover)"
        }
        if isSameVersion, let old = before?.bootedSlot, let new = system.bootedSlot, old == new {
            return "booted its old slot \(old) again"
        }
        return nil
    }
}

extension NodeSystem {
    /// Whether an extension of that image is installed.
    ///
    /// A node reports the name in the extension's manifest, which for most images is the last
    /// component of the image's name, with or without the owner's prefix or a suffix.
    fileprivate func carries(_ image: ImageReference) -> Bool {
        let wanted = image.shortName.lowercased()
        return extensions.contains { installed in
            let name = installed.name.lowercased()
            return name == wanted || wanted.hasSuffix("-\(name)") || name.hasSuffix("-\(wanted)")
                || wanted.hasPrefix("\(name)-") || name.hasPrefix("\(wanted)-")
        }
    }
}
