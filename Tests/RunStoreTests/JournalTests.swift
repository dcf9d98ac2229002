import ClusterModel
import Execution
import Planning
import TestSupport
import Testing

@testable import RunStore

@Suite("Journal in SQLite")
struct JournalTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test("Entries come back in their order, each as it was written")
    func roundTrip() async throws {
        let entries: [JournalEntry] = [
            .runStarted(planDigest: "sha256:1"),
            .stepStarted(1, Evidence(bootID: "boot-1", bootedSlot: "A")),
            .stepCleared(1, reason: "no sign of it"),
            .stepStarted(1, Evidence()),
            .bootToResolve(1),
            .stepDone(1, .snapshot(SnapshotReceipt(path: "/x", bytes: 544, sha256: "ab"))),
            .stepDone(2, .installer(UnitOutput(unit: "images/1", name: "ref"), reference: "r:1")),
            .stepFailed(3, Failure("It broke.", hint: "Mend it.", disposition: .waiting)),
            .superseded(by: try Sample.revision("c")),
            .stopped(.suspended),
            .stopped(.cancelled),
            .runDone,
        ]
        let run = RunID(cluster: Sample.cluster, number: 1)
        do {
            let store = try RunStore.open(in: directory.path)
            for entry in entries { try await store.append(entry, to: run) }
            try store.close()
        }
        let again = try RunStore.open(in: directory.path)
        #expect(try await again.entries(of: run) == entries)
        let other = RunID(cluster: Sample.cluster, number: 2)
        #expect(try await again.entries(of: other).isEmpty)
    }

    @Test("A run keeps its plan and definition, and only one run is open")
    func runs() async throws {
        let store = try RunStore.open(in: directory.path)
        let plan = try Sample.plan()
        let first = try await store.begin(plan, of: Sample.definition(), at: 10)
        #expect(first.id.number == 1)
        let open = try #require(try await store.openRun(of: Sample.cluster))
        #expect(open.plan == plan)
        #expect(open.definition == Sample.definition())
        #expect(open.stamp == first.stamp && !open.stamp.isEmpty)
        try await store.end(first.id, outcome: "done", at: 20)
        #expect(try await store.openRun(of: Sample.cluster) == nil)
        let second = try await store.begin(plan, of: Sample.definition(), at: 30)
        #expect(second.id.number == 2)
        #expect(second.stamp != first.stamp)
    }

    @Test("A cluster's record comes back whole")
    func clusters() async throws {
        let store = try RunStore.open(in: directory.path)
        var record = ClusterRecord(name: Sample.cluster)
        record.desired = try Sample.revision("d")
        record.reconciled = try Sample.revision("a")
        record.show(.stalled, "The commit is refused.")
        record.observed = ObservedState(
            nodes: [ObservedNode(name: NodeName("cp-1"), role: .controlPlane)], etcd: nil)
        try await store.save(record)
        #expect(try await store.cluster(Sample.cluster) == record)
    }

    @Test("What nodes were given and what was built is remembered, the newest last")
    func memories() async throws {
        let store = try RunStore.open(in: directory.path)
        let node = NodeName("wk-1")
        let ledger = ClusterLedger(of: Sample.cluster, in: store)
        try await ledger.note(imageKey: "one", unbootedSince: "boot-1", on: node)
        #expect(
            try await ledger.noted(on: node)
                == InstallNote(imageKey: "one", unbootedSince: "boot-1"))
        try await ledger.note(imageKey: "two", unbootedSince: nil, on: node)
        #expect(try await ledger.noted(on: node) == InstallNote(imageKey: "two"))
        #expect(try await ledger.noted(on: NodeName("wk-2")) == nil)
        try await store.remember(installer: "r:1", for: "two", of: Sample.cluster)
        #expect(try await store.installedKeys(of: Sample.cluster) == [node: "two"])
        #expect(try await store.builtInstallers(of: Sample.cluster) == ["two": "r:1"])
        #expect(try await store.installedKeys(of: ClusterName("other")).isEmpty)
    }

    @Test("Records are found by run, by commit prefix and by place")
    func records() async throws {
        let store = try RunStore.open(in: directory.path)
        let run = RunID(cluster: Sample.cluster, number: 3)
        for number in 1...4 {
            try await store.append(
                LogRecord(
                    time: Double(number), level: .notice, event: .progress,
                    revision: try Sample.revision(number < 3 ? "a" : "b"),
                    run: number == 4 ? run : nil, message: "line \(number)"))
        }
        var filter = RecordFilter()
        filter.limit = 2
        #expect(try await messages(store, filter) == ["line 3", "line 4"])
        filter = RecordFilter()
        filter.revisionPrefix = "aaaa"
        #expect(try await messages(store, filter) == ["line 1", "line 2"])
        filter = RecordFilter()
        filter.run = "sol-3"
        #expect(try await messages(store, filter) == ["line 4"])
        filter = RecordFilter()
        filter.after = 3
        #expect(try await messages(store, filter) == ["line 4"])
    }

    private func messages(_ store: RunStore, _ filter: RecordFilter) async throws -> [String] {
        try await store.records(filter).map(\.record.message)
    }

    @Test("The commits that are in use are those of clusters, open runs, trust and the source")
    func inUse() async throws {
        let store = try RunStore.open(in: directory.path)
        #expect(try await store.commitsInUse().isEmpty)
        var record = ClusterRecord(name: Sample.cluster)
        record.reconciled = try Sample.revision("1")
        record.attempted = try Sample.revision("2")
        record.desired = try Sample.revision("9")
        let run = try await store.begin(
            try Sample.plan(), of: Sample.definition(), remembering: record, at: 1)
        try await store.remember(trustStart: try Sample.revision("3"))
        var source = SourceRecord(repository: "file:///infra", branch: "main", since: 1)
        source.tip = try Sample.revision("4")
        try await store.save(source)
        let expected = try Set("1234b".map { try Sample.revision($0) })
        #expect(try await store.commitsInUse() == expected)
        try await store.end(run.id, outcome: "done", at: 2)
        #expect(try await store.commitsInUse() == expected.subtracting([run.plan.target]))
        try store.close()
    }

    @Test("One cluster is read by its name, and what it says is of bounded length")
    func one() async throws {
        let store = try RunStore.open(in: directory.path)
        try await store.save(ClusterRecord(name: ClusterName("luna")))
        #expect(try await store.cluster(Sample.cluster) == nil)
        var record = ClusterRecord(name: Sample.cluster)
        record.show(.stalled, String(repeating: "e\u{301}", count: 100_000), hint: "h")
        #expect(record.reason.utf8.count <= LogRecord.longestText)
        #expect(record.reason.hasSuffix("e\u{301}\u{2026}"))
        try await store.save(record)
        #expect(try await store.cluster(Sample.cluster) == record)
        try store.close()
    }
}
