import ClusterModel
import GRDB
import TestSupport
import Testing

@testable import RunStore

@Suite("Where trust begins")
struct TrustTests {
    private let directory: TemporaryDirectory
    private let first = String(repeating: "a", count: 40)
    private let second = String(repeating: "b", count: 40)

    init() throws { directory = try TemporaryDirectory() }

    @Test("The first commit that is remembered stays, also after a restart")
    func first() async throws {
        let store = try RunStore.open(in: directory.path)
        #expect(try await store.trustStart() == nil)
        try await store.remember(trustStart: try #require(Revision(first)))
        try await store.remember(trustStart: try #require(Revision(second)))
        #expect(try await store.trustStart()?.hash == first)
        try store.close()
        let again = try RunStore.open(in: directory.path)
        #expect(try await again.trustStart()?.hash == first)
        try again.close()
    }

    @Test("A journal of the version before keeps what it holds, and a damaged commit is told")
    func older() async throws {
        let store = try RunStore.open(in: directory.path)
        try await store.save(ClusterRecord(name: ClusterName("sol")))
        try await store.goBack(toVersion: 1)
        try store.close()
        let again = try RunStore.open(in: directory.path)
        #expect(try await again.clusters().map(\.name.text) == ["sol"])
        #expect(try await again.trustStart() == nil)
        try await again.write("damage it") { database in
            try database.execute(sql: "INSERT INTO trust (start) VALUES ('nonsense')")
        }
        await #expect(throws: StoreError.self) { try await again.trustStart() }
        try again.close()
    }
}
