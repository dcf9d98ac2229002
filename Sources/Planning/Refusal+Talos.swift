import ClusterModel

extension Refusal {
    /// The support table has no row for a release.
    static func unknownTalos(_ version: Version, table: SupportTable) -> Refusal {
        let lines = table.rows.keys.sorted()
        let range = "\(lines.first?.description ?? "none") to \(lines.last?.description ?? "none")"
        return Refusal(
            rule: "unknown_talos_release",
            message: "Talos \(version) is not in the support table, which knows \(range).",
            hint: "Commit a Talos release of a known line, or use a newer uprev.")
    }

    /// A Talos minor would be skipped, and no installer of the release between is known.
    static func talosSkip(
        from: Version, to: Version, through line: ReleaseLine, hop: Version?
    ) -> Refusal {
        let first = hop.map(\.description)
        return Refusal(
            rule: "talos_minor_skip",
            message: "Talos cannot go from \(from) to \(to) at once: the minor \(line) lies "
                + (first == nil
                    ? "between and has no release yet."
                    : "between, and no installer of it is known."),
            hint: first.map {
                "Commit talos_version = \"\($0)\" first, and \(to) once the cluster is ready; or "
                    + "name installers of any release with installer { image = … }."
            } ?? "Commit a Talos release of \(line) once there is one.")
    }

    /// The installer of a release does not take a node that runs what this one runs.
    static func unsupportedStep(
        _ member: FleetMember, to target: Version, table: SupportTable
    ) -> Refusal {
        let hosts = table.row(of: target)?.hosts
        let range = hosts.map { "\($0.lowerBound) to \($0.upperBound.previous)" } ?? "none"
        return Refusal(
            rule: "unsupported_talos_step",
            message: "\(member.name) runs Talos \(member.running), and the installer of "
                + "\(target) takes nodes on Talos \(range).",
            hint: "Commit a Talos release that takes them, or use a newer uprev.")
    }

    /// The upgrade of a Talos this old wipes what the node keeps; `what` says where it is met.
    static func talosTooOld(_ what: String) -> Refusal {
        Refusal(
            rule: "talos_too_old",
            message: "Talos below 1.8 wipes the ephemeral partition when it is upgraded, and etcd "
                + "with it; \(what).",
            hint:
                "Stay on Talos 1.8 or newer; bring older nodes there by hand with talosctl upgrade "
                + "--preserve, one at a time, then let uprev take over.")
    }

    /// etcd would be started on data of a newer minor.
    static func etcdDowngrade(
        from: Version, to: Version, table: SupportTable
    ) -> Refusal {
        let old = table.row(of: from)?.etcd?.description ?? "of an unknown minor"
        let new = table.row(of: to)?.etcd?.description ?? "of an unknown minor"
        return Refusal(
            rule: "etcd_minor_downgrade",
            message: "etcd's data was written by etcd \(old) of Talos \(from), and Talos \(to) "
                + "carries etcd \(new), which does not open it.",
            hint: "Stay on Talos \(from.line); going back needs etcd's own downgrade procedure, "
                + "which this version does not run, or a rebuild from the snapshot.")
    }

    /// An extension was built for another Talos release.
    static func extensionMismatch(
        _ image: ImageReference, names release: Version, target: Version
    ) -> Refusal {
        Refusal(
            rule: "extension_release_mismatch",
            message:
                "The extension \(image.name) is tagged \(image.tag ?? "") for Talos \(release), "
                + "and the commit asks for Talos \(target).",
            hint: "Commit the tag and digest of \(image.shortName) that were built for \(target).")
    }

    /// Something that is decided and shown, and not run by this version.
    static func notSupportedYet(_ what: String, hint: String) -> Refusal {
        Refusal(
            rule: "not_supported_yet", message: "\(what) is not supported yet.", hint: hint)
    }

    /// No installer is known for the committed release.
    static func installer(_ gap: InstallerGap, target: Version) -> Refusal {
        switch gap {
        case .factory:
            .notSupportedYet(
                "Taking installers from an Image Factory",
                hint: "Name the installer with installer { image = … } or { output = … }.")
        case .noImagesStage:
            Refusal(
                rule: "missing_stage",
                message: "The installer is the output of a unit, and no images stage runs it.",
                hint: "Add stage \"images\" with that unit to uprev.hcl.")
        case .unnamed, .committedOnly:
            Refusal(
                rule: "missing_installer",
                message: "Nothing in uprev.hcl says where the installer of Talos \(target) is.",
                hint: "Add an installer block with output, image or factory.")
        }
    }
}
