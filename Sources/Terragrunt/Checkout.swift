/// A clean checkout of a run's commit.
public struct Checkout: Sendable {
    /// Its folder, as an absolute path.
    public var path: String

    /// Whether a path from the checkout's root belongs to the commit.
    public var isTracked: @Sendable (String) -> Bool

    /// What whoever reads the stage's output should know of it, in sentences.
    public var remarks: [String]

    /// Creates a description of a checkout.
    public init(
        path: String, remarks: [String] = [], isTracked: @escaping @Sendable (String) -> Bool
    ) {
        self.path = path
        self.remarks = remarks
        self.isTracked = isTracked
    }
}
