public import ClusterModel

/// Which Talos releases follow one another, and which Kubernetes releases each of them runs.
///
/// The published rows are those of Talos' own compatibility package (`pkg/machinery/compatibility`
/// of siderolabs/talos at commit ad88231), which compares major, minor and patch and drops the
/// pre-release part. A release line that has no row is unknown, and what is unknown is refused.
public struct SupportTable: Hashable, Sendable {
    /// What is published of one Talos release line.
    public struct Row: Hashable, Sendable {
        /// The Talos release line.
        public let talos: ReleaseLine

        /// The lines that a node may run while it is given this one; newer ones are downgrades.
        public let hosts: Range<ReleaseLine>

        /// The Kubernetes lines that run on it.
        public let kubernetes: ClosedRange<ReleaseLine>

        /// The latest release of the line; `nil` while there is none.
        public let latest: Version?

        /// The line of etcd that the latest release carries; `nil` when it is not published.
        public let etcd: ReleaseLine?

        /// Creates the row of a minor line of Talos 1, from minor numbers.
        public init(
            _ minor: Int, hosts: Range<Int>, kubernetes: ClosedRange<Int>, latest patch: Int?,
            etcd: Int?
        ) {
            talos = ReleaseLine(1, minor)
            self.hosts = ReleaseLine(1, hosts.lowerBound)..<ReleaseLine(1, hosts.upperBound)
            let (oldest, newest) = (kubernetes.lowerBound, kubernetes.upperBound)
            self.kubernetes = ReleaseLine(1, oldest)...ReleaseLine(1, newest)
            latest = patch.map { Version(1, minor, $0) }
            self.etcd = etcd.map { ReleaseLine(3, $0) }
        }
    }

    /// The rows by Talos line.
    public let rows: [ReleaseLine: Row]

    /// The Kubernetes lines between which an upgrade path is known.
    ///
    /// The paths of siderolabs/go-kubernetes (`kubernetes/upgrade/path.go`): within a line, and from
    /// a line to the one after it. The last line is that of the newest Talos row.
    public let kubernetesLines: ClosedRange<ReleaseLine>

    /// Creates a table.
    public init(
        rows: [Row],
        kubernetesLines: ClosedRange<ReleaseLine> = ReleaseLine(1, 19)...ReleaseLine(1, 38)
    ) {
        self.rows = Dictionary(rows.map { ($0.talos, $0) }) { first, _ in first }
        self.kubernetesLines = kubernetesLines
    }

    /// The published table.
    ///
    /// Hosts and Kubernetes: Talos' compatibility package, one file a target (`talos12.go` to
    /// `talos115.go`). Latest patch: the release tags. etcd: the default of the latest patch in
    /// `pkg/machinery/constants`; 1.2 to 1.4 are not looked up, and 1.15 is not released.
    public static let published = SupportTable(rows: [
        //   Talos 1.x   host lines      Kubernetes         latest      etcd 3.x
        Row(2, hosts: 0..<3, kubernetes: 23...25, latest: 9, etcd: nil),
        Row(3, hosts: 0..<5, kubernetes: 24...26, latest: 7, etcd: nil),
        Row(4, hosts: 0..<6, kubernetes: 25...27, latest: 8, etcd: nil),
        Row(5, hosts: 2..<7, kubernetes: 26...28, latest: 6, etcd: 5),
        Row(6, hosts: 3..<8, kubernetes: 24...29, latest: 8, etcd: 5),
        Row(7, hosts: 4..<9, kubernetes: 25...30, latest: 7, etcd: 5),
        Row(8, hosts: 5..<10, kubernetes: 26...31, latest: 4, etcd: 5),
        Row(9, hosts: 8..<11, kubernetes: 27...32, latest: 6, etcd: 5),
        Row(10, hosts: 8..<12, kubernetes: 28...33, latest: 9, etcd: 5),
        Row(11, hosts: 9..<13, kubernetes: 29...34, latest: 6, etcd: 6),
        Row(12, hosts: 10..<14, kubernetes: 30...35, latest: 11, etcd: 6),
        Row(13, hosts: 11..<15, kubernetes: 31...36, latest: 9, etcd: 6),
        Row(14, hosts: 12..<16, kubernetes: 32...37, latest: nil, etcd: 7),
        Row(15, hosts: 13..<17, kubernetes: 33...38, latest: nil, etcd: nil),
    ])
}
