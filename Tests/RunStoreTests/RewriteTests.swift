import ClusterModel
import Planning
import TestSupport
import Testing

@testable import RunStore

@Suite("Rewritten history in the journal")
struct RewriteTests {
    private let directory: TemporaryDirectory
    private let luna = ClusterName("luna")

    init() throws { directory = try TemporaryDirectory() }

    private func rewrite(to tip: Character) throws -> Rewrite {
        Rewrite(
            from: try Sample.revision("a"), to: try Sample.revision(tip), relation: .diverged,
            mergeBase: try Sample.revision("9"), missing: 2, added: 3, since: 1000)
    }

    @Test("What is held is accepted once, durably, with who and when")
    func accept() async throws {
        let store = try RunStore.open(in: directory.path)
        let rewrite = try rewrite(to: "b")
        try await store.hold(rewrite, of: Sample.cluster)
        #expect(try await store.heldRewrite(of: Sample.cluster) == rewrite)
        let accepted = try await store.acceptRewrites(of: nil, tip: nil, by: "ada", at: 2000)
        let expected = AcceptedRewrite(
            cluster: Sample.cluster, rewrite: rewrite, by: "ada", time: 2000)
        #expect(accepted == [expected])
        try store.close()

        let again = try RunStore.open(in: directory.path)
        #expect(try await again.heldRewrites().isEmpty)
        #expect(try await again.pendingAcceptance(of: Sample.cluster) == expected)
        await #expect(throws: RewriteRefusal.nothingHeld(nil)) {
            try await again.acceptRewrites(of: nil, tip: nil, by: "ada", at: 2001)
        }
        try await again.endAcceptance(of: Sample.cluster)
        #expect(try await again.pendingAcceptance(of: Sample.cluster) == nil)
        #expect(try await again.acceptances(of: Sample.cluster) == [expected])
        try again.close()
    }

    @Test("Only the cluster and the tip that are named are accepted, else nothing is")
    func fitting() async throws {
        let store = try RunStore.open(in: directory.path)
        let (first, second) = (try Sample.revision("b"), try Sample.revision("c"))
        try await store.hold(try rewrite(to: "b"), of: Sample.cluster)
        await #expect(throws: RewriteRefusal.nothingHeld(luna)) {
            try await store.acceptRewrites(of: luna, tip: nil, by: "ada", at: 1)
        }
        await #expect(throws: RewriteRefusal.otherTip(held: first, second)) {
            try await store.acceptRewrites(of: Sample.cluster, tip: second, by: "ada", at: 1)
        }
        try await store.hold(try rewrite(to: "c"), of: luna)
        let accepted = try await store.acceptRewrites(of: nil, tip: second, by: "ada", at: 1)
        #expect(accepted.map(\.cluster) == [luna])
        #expect(try await store.heldRewrites().keys.map(\.text) == ["sol"])
        #expect(try await store.pendingAcceptance(of: Sample.cluster) == nil)
        try store.close()
    }

    @Test("A second acceptance of a cluster ends the first")
    func second() async throws {
        let store = try RunStore.open(in: directory.path)
        for tip: Character in ["b", "c"] {
            try await store.hold(try rewrite(to: tip), of: Sample.cluster)
            _ = try await store.acceptRewrites(of: nil, tip: nil, by: "ada", at: 1)
        }
        let pending = try await store.pendingAcceptance(of: Sample.cluster)
        #expect(pending?.rewrite.tip == (try Sample.revision("c")))
        #expect(try await store.acceptances(of: Sample.cluster).count == 2)
        try await store.hold(try rewrite(to: "d"), of: Sample.cluster)
        try await store.releaseRewrite(of: Sample.cluster)
        #expect(try await store.heldRewrites().isEmpty)
        try store.close()
    }

    @Test("A journal of the version before keeps what it holds, and can be read as it is")
    func older() async throws {
        let store = try RunStore.open(in: directory.path)
        var record = ClusterRecord(name: Sample.cluster)
        record.reconciled = try Sample.revision("a")
        record.show(.stalled, "Because.")
        try await store.save(record)
        try await store.remember(
            decision: "{}", of: Sample.cluster, at: try Sample.revision("a"), time: 1)
        try await store.goBack(toVersion: 2)
        try store.close()

        let reader = try RunStore.reader(in: directory.path)
        #expect(try await reader.clusters() == [record])
        #expect(try await reader.heldRewrites().isEmpty)
        #expect(try await reader.acceptances(of: Sample.cluster).isEmpty)
        try reader.close()

        let again = try RunStore.open(in: directory.path)
        #expect(try await again.clusters() == [record])
        record.show(.stalled, "Because.", rule: "because", hint: "Mend it.")
        record.base = try Sample.plan().desired
        record.removed = try Sample.revision("c")
        try await again.save(record)
        #expect(try await again.cluster(Sample.cluster) == record)
        #expect(try await again.decisions(of: Sample.cluster).count == 1)
        try again.close()
    }
}
