import ClusterModel

extension Refusal {
    /// A minor of Kubernetes would be skipped.
    static func kubernetesSkip(
        from: Version, to: Version, first: ReleaseLine
    ) -> Refusal {
        Refusal(
            rule: "kubernetes_minor_skip",
            message: "Kubernetes cannot go from \(from) to \(to): its minors may not be skipped.",
            hint:
                "Commit the latest Kubernetes \(first) first, and \(to) once the cluster is ready.")
    }

    /// A kubelet is further behind than the API server supports.
    static func kubeletTooOld(_ oldest: Version, to: Version) -> Refusal {
        Refusal(
            rule: "kubelet_too_old",
            message: "A kubelet runs \(oldest), more than \(SupportTable.kubeletSkew) minors "
                + "behind Kubernetes \(to).",
            hint: "Bring that node within \(SupportTable.kubeletSkew) minors by hand, or make it "
                + "anew with a current configuration.")
    }

    /// A minor of Kubernetes would be lowered.
    static func kubernetesDowngrade(from: Version, to: Version) -> Refusal {
        Refusal(
            rule: "kubernetes_minor_downgrade",
            message: "Kubernetes runs at \(from) and cannot go back to \(to): its stored objects "
                + "and components do not support an older minor.",
            hint: "Commit kubernetes_version = \"\(from)\" and keep the other values; to really go "
                + "back, restore the etcd snapshot from before the upgrade into a rebuilt cluster.")
    }

    /// No upgrade path is known for a Kubernetes release.
    static func kubernetesUnknown(
        from: Version, to: Version, table: SupportTable
    ) -> Refusal {
        let lines = table.kubernetesLines
        return Refusal(
            rule: "unknown_kubernetes_release",
            message: "No upgrade path is known from Kubernetes \(from) to \(to); paths are known "
                + "for \(lines.lowerBound) to \(lines.upperBound).",
            hint: "Commit a Kubernetes release within that range, or use a newer uprev.")
    }

    /// Two releases would run together that do not support one another.
    static func unsupportedPair(_ pair: ReleasePair, table: SupportTable) -> Refusal {
        guard let range = table.row(of: pair.talos)?.kubernetes else {
            return .unknownTalos(pair.talos, table: table)
        }
        let isTooOld = pair.kubernetes.line < range.lowerBound
        return Refusal(
            rule: "unsupported_pair",
            message: "Talos \(pair.talos) would run with Kubernetes \(pair.kubernetes), and it "
                + "supports Kubernetes \(range.lowerBound) to \(range.upperBound).",
            hint: isTooOld
                ? "Commit Kubernetes \(range.lowerBound) first, and Talos \(pair.talos) once the "
                    + "cluster is ready."
                : "Commit a Kubernetes release up to \(range.upperBound), or a Talos release that "
                    + "supports Kubernetes \(pair.kubernetes.line).")
    }
}
