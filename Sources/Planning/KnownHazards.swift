import ClusterModel

/// What is known to go wrong with a Talos release; shown in the plan, never a refusal.
struct KnownHazard: Hashable, Sendable {
    /// The first release that is concerned.
    let first: Version

    /// The last release that is concerned; `nil` for all later ones.
    let last: Version?

    /// What to know, in one sentence.
    let text: String

    /// Whether it is about coming from below `first` only.
    let isOnTheWay: Bool

    /// Whether a node that goes from `running` to `target` meets it.
    func concerns(from running: Version, to target: Version) -> Bool {
        let isPast = isOnTheWay && running.release >= first
        return target.release >= first && last.map { target.release <= $0 } ?? true && !isPast
    }

    /// The hazards, by release; sources are the upgrade facts e.2 and the API facts 4.9.
    static let all = [
        KnownHazard(
            first: Version(1, 10, 0), last: nil,
            text: "From 1.10 on machine.install.extensions has no effect: extensions come with the "
                + "installer image only.",
            isOnTheWay: true),
        KnownHazard(
            first: Version(1, 12, 9), last: nil,
            text: "From 1.12.9 and 1.13.4 on, talosctl upgrade --preserve skips the etcd check; "
                + "uprev never sends it, and neither should a runbook.",
            isOnTheWay: true),
        KnownHazard(
            first: Version(1, 13, 3), last: Version(1, 13, 3),
            text: "1.13.3 panics on integer fields in a custom scheduler configuration; 1.13.4 "
                + "does not.",
            isOnTheWay: false),
        KnownHazard(
            first: Version(1, 14, 0), last: nil,
            text:
                "From 1.14 on ghcr.io/siderolabs/installer is not published; installers come from "
                + "an Image Factory or are built.",
            isOnTheWay: true),
        KnownHazard(
            first: Version(1, 14, 0), last: nil,
            text: "1.14 needs etcd 3.6 or newer: a pinned etcd image must be lifted first.",
            isOnTheWay: true),
    ]
}
