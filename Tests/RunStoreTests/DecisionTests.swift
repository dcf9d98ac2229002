import ClusterModel
import Execution
import TestSupport
import Testing

@testable import RunStore

@Suite("Decisions and the source in the journal")
struct DecisionTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(
        "A skipped commit keeps what was decided of it, and loses the word when it is the tip again"
    )
    func skipped() async throws {
        let store = try RunStore.open(in: directory.path)
        let (first, second) = (try Sample.revision("a"), try Sample.revision("b"))
        try await store.remember(decision: "waits", of: Sample.cluster, at: first, time: 1)
        let record = LogRecord(time: 2, level: .notice, event: .decided, message: "Skipped.")
        try await store.remember(
            skipped: [(second, "offline"), (first, "offline")], before: try Sample.revision("c"),
            of: Sample.cluster, time: 2, telling: [record])
        #expect(try await store.records(RecordFilter()).map(\.record) == [record])
        #expect(try await store.toldTip(of: Sample.cluster) == Sample.revision("c"))
        let decisions = try await store.decisions(of: Sample.cluster)
        #expect(decisions.map(\.revision) == [first, second])
        #expect(decisions.map(\.body) == ["waits", "offline"])
        #expect(decisions.map(\.result) == ["skipped", "skipped"])
        try await store.remember(decision: "run", of: Sample.cluster, at: second, time: 3)
        let again = try await store.decision(of: Sample.cluster, at: second)
        #expect(again == StoredDecision(revision: second, body: "run", result: nil))
        #expect(try await store.decision(of: ClusterName("luna"), at: second) == nil)
        try store.close()
    }

    @Test("Up to which tip it was told survives a restart, for each cluster apart")
    func told() async throws {
        let store = try RunStore.open(in: directory.path)
        #expect(try await store.toldTip(of: Sample.cluster) == nil)
        for digit: Character in ["a", "b"] {
            try await store.remember(
                skipped: [], before: try Sample.revision(digit), of: Sample.cluster, time: 1,
                telling: [])
        }
        try store.close()
        let again = try RunStore.open(in: directory.path)
        #expect(try await again.toldTip(of: Sample.cluster) == Sample.revision("b"))
        #expect(try await again.toldTip(of: ClusterName("luna")) == nil)
        try again.close()
    }

    @Test("The source comes back whole, and there is one")
    func source() async throws {
        let store = try RunStore.open(in: directory.path)
        #expect(try await store.source() == nil)
        var source = SourceRecord(repository: "file:///infra", branch: "main", since: 1)
        try await store.save(source)
        source.tip = try Sample.revision("a")
        source.condition = .stalled
        (source.rule, source.hint) = ("branch_missing", "Push it.")
        source.reason = "It has no branch main."
        try await store.save(source)
        #expect(try await store.source() == source)
        try store.close()
    }
}
