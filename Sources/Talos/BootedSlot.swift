/// Reads which of its two systems a node has booted.
enum BootedSlot {
    /// The boot entry's name, or the slot in GRUB's kernel argument `BOOT_IMAGE=/A/vmlinuz`.
    ///
    /// `nil` when neither says it.
    static func find(bootedEntry: String?, kernelArguments: [String]) -> String? {
        if let bootedEntry { return bootedEntry }
        let mark = "BOOT_IMAGE="
        guard let image = kernelArguments.last(where: { $0.hasPrefix(mark) })?.dropFirst(mark.count)
        else { return nil }
        // GRUB may put its name of the partition in front: (hd0,gpt3)/A/vmlinuz.
        let folders = image.split(separator: "/").dropLast()
        return folders.last.map(String.init).flatMap { ["A", "B"].contains($0) ? $0 : nil }
    }
}
