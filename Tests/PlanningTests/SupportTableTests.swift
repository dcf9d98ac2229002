import ClusterModel
import Planning
import Testing

@Suite("Support table")
struct SupportTableTests {
    private let table = SupportTable.published

    @Test("knows the lines 1.2 to 1.15, each with its latest patch")
    func lines() {
        #expect(table.rows.keys.sorted() == (2...15).map { ReleaseLine(1, $0) })
        for (line, row) in table.rows {
            #expect(row.talos == line)
            #expect(row.latest.map { $0.line == line } ?? true)
            #expect(row.hosts.contains(line))
        }
    }

    /// Every published row: Talos, hosts from and below, Kubernetes from and to, latest, etcd.
    private static let rows: [(Int, Int, Int, Int, Int, String?, Int?)] = [
        (2, 0, 3, 23, 25, "1.2.9", nil), (3, 0, 5, 24, 26, "1.3.7", nil),
        (4, 0, 6, 25, 27, "1.4.8", nil), (5, 2, 7, 26, 28, "1.5.6", 5),
        (6, 3, 8, 24, 29, "1.6.8", 5), (7, 4, 9, 25, 30, "1.7.7", 5),
        (8, 5, 10, 26, 31, "1.8.4", 5), (9, 8, 11, 27, 32, "1.9.6", 5),
        (10, 8, 12, 28, 33, "1.10.9", 5), (11, 9, 13, 29, 34, "1.11.6", 6),
        (12, 10, 14, 30, 35, "1.12.11", 6), (13, 11, 15, 31, 36, "1.13.9", 6),
        (14, 12, 16, 32, 37, nil, 7), (15, 13, 17, 33, 38, nil, nil),
    ]

    @Test("takes exactly the hosts and runs exactly the Kubernetes of each row", arguments: rows)
    func row(
        minor: Int, host: Int, below: Int, oldest: Int, newest: Int, latest: String?, etcd: Int?
    ) throws {
        let row = try #require(table.rows[ReleaseLine(1, minor)])
        for target in [Version(1, minor, 0), Version(1, minor, 3, preRelease: ["beta", "1"])] {
            for line in 0...20 {
                #expect(
                    table.accepts(host: Version(1, line, 7), for: target)
                        == (host..<below).contains(line), "1.\(line) to \(target)")
                #expect(
                    table.supports(talos: target, kubernetes: Version(1, line + 20, 98))
                        == (oldest...newest).contains(line + 20), "\(target) on 1.\(line + 20)")
            }
        }
        #expect(row.latest == latest.map { v($0) })
        #expect(row.etcd == etcd.map { ReleaseLine(3, $0) })
        #expect(!table.accepts(host: Version(2, minor, 0), for: Version(1, minor, 0)))
    }

    @Test("lets each line be reached from its neighbours, and no downgrade of three")
    func hosts() {
        for line in table.rows.keys where line.minor > 2 && line.minor < 15 {
            #expect(table.rows[line]?.hosts.contains(line.previous) == true)
            #expect(table.rows[line.next]?.hosts.contains(line) == true)
            let third = ReleaseLine(1, line.minor + 3)
            #expect(table.rows[line]?.hosts.contains(third) == false)
        }
    }

    @Test(
        "pairs Talos with Kubernetes, both ends included",
        arguments: [
            ("1.11.5", "1.29.0", true), ("1.11.5", "1.34.9", true), ("1.11.5", "1.28.9", false),
            ("1.11.5", "1.35.0", false), ("1.12.0-beta.1", "1.35.0", true),
            ("1.6.8", "1.24.0", true), ("1.16.0", "1.36.0", false), ("2.0.0", "1.36.0", false),
        ])
    func pairs(talos: String, kubernetes: String, isSupported: Bool) {
        #expect(table.supports(talos: v(talos), kubernetes: v(kubernetes)) == isSupported)
    }

    @Test(
        "passes through the lines between",
        arguments: [
            (11, 11, []), (11, 12, []), (11, 13, [12]), (9, 12, [10, 11]), (13, 11, [12]),
            (13, 12, []),
        ])
    func between(from: Int, to: Int, expected: [Int]) {
        #expect(
            table.linesBetween(ReleaseLine(1, from), ReleaseLine(1, to))
                == expected.map { ReleaseLine(1, $0) })
    }

    @Test(
        "knows where etcd's data cannot go back",
        arguments: [
            ("1.11.5", "1.10.9", true), ("1.12.1", "1.11.6", false), ("1.14.0", "1.13.9", true),
            ("1.10.9", "1.11.5", false), ("1.10.9", "1.9.6", false), ("1.15.0", "1.14.0", true),
            ("1.11.5", "1.11.4", false),
        ])
    func etcd(from: String, to: String, lowers: Bool) {
        #expect(table.lowersEtcd(from: v(from), to: v(to)) == lowers)
    }

    @Test("knows where etcd's data moves on")
    func etcdRises() {
        #expect(table.raisesEtcd(from: v("1.10.9"), to: v("1.11.5")))
        #expect(!table.raisesEtcd(from: v("1.11.5"), to: v("1.12.1")))
        #expect(table.raisesEtcd(from: v("1.14.0"), to: v("1.15.0")))
        #expect(!table.raisesEtcd(from: v("1.15.0"), to: v("1.15.1")))
    }

    @Test(
        "moves Kubernetes by one minor",
        arguments: [
            ("1.33.4", "1.33.9", KubernetesStep.allowed), ("1.33.4", "1.33.1", .allowed),
            ("1.33.4", "1.34.0", .allowed), ("1.33.4", "1.35.0", .skip(ReleaseLine(1, 34))),
            ("1.33.4", "1.32.9", .downgrade), ("1.38.0", "1.39.0", .unknown),
            ("1.18.0", "1.19.0", .unknown), ("1.33.4", "2.0.0", .unknown),
        ])
    func kubernetes(from: String, to: String, step: KubernetesStep) {
        #expect(table.kubernetesStep(from: v(from), to: v(to)) == step)
    }
}
