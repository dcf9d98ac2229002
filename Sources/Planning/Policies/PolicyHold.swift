public import ClusterModel

/// Why a plan that could run does not start yet.
public enum PolicyHold: Hashable, Sendable {
    /// The commit is new; until that time in seconds since 1970.
    case settling(until: Double)

    /// No window is open; until that time in seconds since 1970, `nil` when none ever is.
    case window(MaintenanceWindow, opens: Double?)

    /// The rules of the window's time zone are not known.
    case unknownZone(UnknownTimeZone)

    /// The lower cluster has not run the values for long enough.
    ///
    /// `until` is when it will have, as far as that can be said.
    case promotion(Promotion, until: Double?)

    /// A person has to approve the digest.
    case approval([ApprovalKind], digest: String)

    /// The stable name of the rule.
    public var rule: String {
        switch self {
        case .settling: "settling"
        case .window: "window_closed"
        case .unknownZone: "unknown_time_zone"
        case .promotion: "promotion"
        case .approval: "approval"
        }
    }

    /// When it ends by itself, in seconds since 1970; `nil` when nobody can say.
    public var until: Double? {
        switch self {
        case .settling(let until): until
        case .window(_, let opens): opens
        case .promotion(_, let until): until
        case .unknownZone, .approval: nil
        }
    }

    /// Whether a person must act, or time helps.
    public var disposition: Disposition {
        if case .unknownZone(let error) = self { error.disposition } else { .waiting }
    }

    /// What holds the plan, in one sentence.
    public var message: String {
        switch self {
        case .settling: "The commit is left alone for a while, since fixes follow quickly."
        case .window(let window, _):
            "No maintenance window is open: they open on \(window.days.joined(separator: ", ")) at "
                + "\(window.startText) \(window.timeZone)."
        case .unknownZone(let error): error.description
        case .promotion(let promotion, _):
            "The cluster \(promotion.after) has not been ready with these values for "
                + "\(promotion.soak.components.seconds) s."
        case .approval(let kinds, let digest):
            "The plan waits for approval (\(kinds.map(\.rawValue).joined(separator: ", "))) of "
                + "\(digest)."
        }
    }

    /// What a person can do, in one sentence.
    public var hint: String {
        switch self {
        case .settling: "Nothing needs to be done; another commit begins the time anew."
        case .window: "Wait for the window, or commit another window block."
        case .unknownZone(let error): error.hint
        case .promotion(let promotion, _):
            "Let \(promotion.after) reach the same values and stay ready, or take the promote "
                + "block out of uprev.hcl."
        case .approval(_, let digest):
            "Look at the plan, then give `uprev approve` its digest \(digest)."
        }
    }
}

extension MaintenanceWindow {
    /// The time of opening, such as `02:00`.
    fileprivate var startText: String {
        [startMinute / 60, startMinute % 60]
            .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
