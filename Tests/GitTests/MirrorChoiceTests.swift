import Foundation
import Glibc
import Testing

@testable import Git

@Suite("What is merged, and when everything is fetched anew")
struct MirrorChoiceTests {
    private func packs(_ sizes: [(objects: Int, bytes: Int)]) -> MirrorPacks {
        MirrorPacks(
            sizes.enumerated().map { index, size in
                MirrorPack(
                    path: "/m/pack-\(index)", objects: size.objects, bytes: size.bytes)
            }, looseObjects: [])
    }

    private let many = Array(repeating: (objects: 3, bytes: 4000), count: 250)

    @Test("A pack with one huge file is not copied, however few objects it has")
    func huge() throws {
        let packs = packs([(1, 480 << 20)] + many)
        guard case .merge(let small) = packs.chore(within: MirrorLimits(), sizeWhenNew: nil) else {
            Issue.record("Nothing is merged.")
            return
        }
        #expect(small.count == 250)
        #expect(small.allSatisfy { $0.bytes == 4000 })
    }

    @Test("A pack that is much larger than all small ones together stays, by bytes")
    func byBytes() throws {
        let packs = packs([(1, 20 << 20)] + many)
        guard case .merge(let small) = packs.chore(within: MirrorLimits(), sizeWhenNew: nil) else {
            Issue.record("Nothing is merged.")
            return
        }
        #expect(small.count == 250)
    }

    @Test(
        "No number in the mirror's settings is too much",
        arguments: [
            Int.max, Int.max / 2, Int.min, Int.min / 4, -1, 0,
        ])
    func anySize(size: Int) {
        let chore = packs([(10, 1 << 30)]).chore(within: MirrorLimits(), sizeWhenNew: size)
        if size > 0 { #expect(chore == .nothing) }
        let large = packs([(10, 1 << 30)]).chore(within: MirrorLimits(), sizeWhenNew: 1 << 20)
        #expect(large != .nothing)
    }

    @Test("Only large packs are left alone, however many there are")
    func onlyLarge() {
        let packs = packs(Array(repeating: (objects: 9, bytes: 40 << 20), count: 300))
        #expect(packs.chore(within: MirrorLimits(), sizeWhenNew: nil) == .nothing)
    }

    @Test("Another copy is another one, also when it got the same number")
    func identity() throws {
        let folder = try TestFolder()
        var seen: Set<MirrorFiles.Identity> = []
        for _ in 1...20 {
            let path = "\(folder.path)/copy"
            try #require(mkdir(path, 0o700) == 0)
            try MirrorFiles.Identity.create(in: path)
            seen.insert(try #require(MirrorFiles.Identity(of: path)))
            try FileManager.default.removeItem(atPath: path)
        }
        #expect(seen.count == 20)
    }
}
