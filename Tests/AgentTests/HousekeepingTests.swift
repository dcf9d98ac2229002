import Foundation
import TestSupport
import Testing

@testable import Agent

@Suite("Backing off, repeating, keeping")
struct HousekeepingTests {
    @Test("A pause doubles up to its limit, and starts anew after a success")
    func backoff() {
        var backoff = Backoff(first: .seconds(30), limit: .seconds(100))
        let steps = (0..<4).map { _ in backoff.step(spread: 1) }
        #expect(steps == [.seconds(30), .seconds(60), .seconds(100), .seconds(100)])
        backoff.reset()
        let first = backoff.step(spread: 1)
        #expect(first == .seconds(30))
    }

    @Test("A sentence is said once, then at a falling rate, and at once when it is another")
    func repetition() {
        var repetition = Repetition()
        var said: [Int] = []
        for second in stride(from: 0, through: 600, by: 10)
        where repetition.isDue("away", now: .seconds(second)) {
            said.append(second)
        }
        #expect(said == [0, 60, 180, 420])
        let others = ["back", "away"].map { repetition.isDue($0, now: .seconds(601)) }
        #expect(others == [true, true])
    }

    @Test("The newest snapshots are kept, other files are left alone, and one always stays")
    func snapshots() throws {
        let folder = try TemporaryDirectory()
        for number in 1...4 {
            try folder.write("x", to: "sol-\(number).db")
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: Double(number) * 1000)],
                ofItemAtPath: "\(folder.path)/sol-\(number).db")
        }
        try folder.write("x", to: "notes.txt")
        let names = {
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        }
        SnapshotShelf(directory: folder.path).keep(newest: 2)
        #expect(try names() == ["notes.txt", "sol-3.db", "sol-4.db"])
        SnapshotShelf(directory: folder.path).keep(newest: 0)
        #expect(try names() == ["notes.txt", "sol-4.db"])
    }

    @Test("A definition is proposed from the names of files, with what is missing said")
    func proposal() {
        let proposal = DefinitionProposal(
            paths: [
                "live/clusters/sol/cluster.hcl", "live/common/install-schematic.hcl",
                "live/common/versions.hcl", "live/images/1-build/terragrunt.hcl",
                "live/cluster/1-talos-vms-create/terragrunt.hcl",
                "live/cluster/3-bootstrap/terragrunt.hcl",
            ], cluster: nil)
        #expect(proposal.text.contains("cluster \"sol\""))
        #expect(proposal.text.contains("versions  = \"live/common/versions.hcl\""))
        #expect(proposal.text.contains("units = [\"live/images/1-build\"]"))
        #expect(proposal.text.contains("units = [\"live/cluster/3-bootstrap\"]"))
        #expect(proposal.gaps.count == 1)
        #expect(DefinitionProposal(paths: [], cluster: "x").gaps.count == 5)
    }
}
