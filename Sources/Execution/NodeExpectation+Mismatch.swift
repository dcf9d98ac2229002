import ClusterModel
import Planning

extension NodeExpectation {
    /// What the node shows otherwise than expected, as the end of a sentence about it.
    ///
    /// `before` is what it showed before the install; a same-version update is proven by another
    /// booted slot where slots can be read (behaviour page 5.3).
    func mismatch(with system: NodeSystem, before: Evidence?) -> String? {
        if system.version != version { return "runs \(system.version) instead of \(version)" }
        if let missing = extensions.first(where: { !system.hasExtension($0) }) {
            return "lacks the extension \(missing.name)"
        }
        if let leftover = removedExtensions.first(where: { system.hasExtension($0) }) {
            return "still carries the extension \(leftover.name)"
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
