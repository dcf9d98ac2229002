/// The condition of a cluster, in Flux's words.
public enum Condition: String, Hashable, Sendable, Codable, CaseIterable {
    /// The cluster is at the committed state.
    case ready = "Ready"
    /// A run is under way.
    case reconciling = "Reconciling"
    /// A person must act.
    case stalled = "Stalled"
    /// Somebody asked uprev to leave the cluster alone.
    case suspended = "Suspended"
    /// Time will help.
    case waiting = "Waiting"
}
