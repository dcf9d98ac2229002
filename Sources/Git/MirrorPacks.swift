import CLibgit2
import Foundation

/// When a mirror is tidied; the defaults are for the product, others for tests.
struct MirrorLimits: Codable, Hashable, Sendable {
    /// With more packs than this, small ones are merged: every open pack takes a descriptor.
    var packs = 200

    /// A merge of more objects than this takes longer than to fetch everything anew.
    var mergedObjects = 100_000

    /// A mirror that is so many times larger than when it was fetched is fetched anew.
    var growth = 4

    /// A mirror of fewer bytes than this is not worth it.
    var smallSize = 64 << 20
}

/// One pack of a mirror with its index.
struct MirrorPack: Hashable {
    /// The path without the end `.pack` or `.idx`.
    let path: String
    let objects: Int
    let bytes: Int

    private static let fanOut = 8
    private static let names = 8 + 1024

    /// Makes sure that pack and index are whole and belong together, without reading an object.
    fileprivate init(at path: String, in repository: String) throws(GitError) {
        self.path = path
        let name = path.dropFirst(repository.count + 1)
        let broken = { (what: String) in GitError.damaged(repository, "\(name)\(what)") }
        guard let index = FileBytes("\(path).idx") else { throw broken(".idx is not there") }
        guard let pack = FileBytes("\(path).pack") else { throw broken(".pack is not there") }
        guard index.bytes(0, 8) == [0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2],
            let count = index.number(Self.fanOut + 1020)
        else { throw broken(".idx is no index of a pack") }
        // Offsets beyond two gigabytes take eight bytes more.
        let spare = index.size - Self.names - 28 * count - 40
        guard spare >= 0, spare % 8 == 0 else { throw broken(".idx is cut short") }
        guard pack.bytes(0, 4) == Array("PACK".utf8), pack.number(8) == count else {
            throw broken(".pack is no pack of its index")
        }
        guard pack.size >= 32, let end = pack.bytes(pack.size - 20, 20),
            end == index.bytes(index.size - 40, 20)
        else { throw broken(".pack is cut short") }
        objects = count
        bytes = pack.size + index.size
    }

    /// The names of its objects.
    func objectIDs() throws(GitError) -> [git_oid] {
        guard let bytes = FileBytes("\(path).idx")?.bytes(Self.names, objects * 20) else {
            throw .damaged(path, "its index cannot be read")
        }
        return stride(from: 0, to: bytes.count, by: 20).map { start in
            var id = git_oid()
            bytes.withUnsafeBufferPointer { buffer in
                _ = buffer.baseAddress.map { git_oid_fromraw(&id, $0 + start) }
            }
            return id
        }
    }
}

/// The packs of a mirror, the smallest first.
struct MirrorPacks {
    /// What there is to do.
    enum Chore: Hashable {
        case nothing
        case merge([MirrorPack])
        case renew(String)
    }

    let packs: [MirrorPack]

    /// Objects in files of their own, which no fetch leaves, but a person's `git` may.
    let looseObjects: [CommitID]

    /// Looks at every pack; throws `damaged` for one that is cut short or lacks its other half, and
    /// for empty files where objects should be: both is what the loss of power leaves.
    init(in repository: String) throws(GitError) {
        let folder = repository + "/objects/pack"
        let names = MirrorFiles.names(in: folder).filter { $0.hasPrefix("pack-") }
        let ends = [".pack", ".idx"]
        let stems = Set(
            names.compactMap { name in
                ends.first(where: name.hasSuffix).map { String(name.dropLast($0.count)) }
            })
        var packs: [MirrorPack] = []
        for stem in stems { packs.append(try MirrorPack(at: "\(folder)/\(stem)", in: repository)) }
        self.packs = packs.sorted { ($0.objects, $0.path) < ($1.objects, $1.path) }
        looseObjects = try Self.looseObjects(in: repository)
    }

    var bytes: Int { packs.reduce(0) { $0 + $1.bytes } }

    private static func looseObjects(in repository: String) throws(GitError) -> [CommitID] {
        var found: [CommitID] = []
        for folder in MirrorFiles.names(in: repository + "/objects") where folder.count == 2 {
            for name in MirrorFiles.names(in: "\(repository)/objects/\(folder)") {
                let file = "objects/\(folder)/\(name)"
                var status = stat()
                guard lstat("\(repository)/\(file)", &status) == 0, status.st_size > 0 else {
                    throw .damaged(repository, "\(file) is empty")
                }
                if let id = CommitID(folder + name) { found.append(id) }
            }
        }
        return found
    }

    /// What there is to do, given the size of the mirror when it was fetched.
    func chore(within limits: MirrorLimits, sizeWhenNew: Int?) -> Chore {
        if let sizeWhenNew, bytes > limits.smallSize, bytes > sizeWhenNew * limits.growth {
            return .renew(
                "it had grown from \(sizeWhenNew.inMebibytes) to \(bytes.inMebibytes)")
        }
        guard packs.count > limits.packs, smallCount > 1 else { return .nothing }
        let small = packs.prefix(smallCount)
        let objects = small.reduce(0) { $0 + $1.objects }
        if objects > limits.mergedObjects {
            return .renew("it had \(packs.count) packs with \(objects) objects in small ones")
        }
        return .merge(Array(small))
    }

    /// How many packs to merge, so that each of the others is twice as large as all before it: then
    /// an object is copied only as often as the mirror doubles.
    private var smallCount: Int {
        var split = packs.count - 1
        while split > 0, packs[split].objects >= 2 * packs[split - 1].objects { split -= 1 }
        if split > 0 { split += 1 }
        var total = packs[..<split].reduce(0) { $0 + $1.objects }
        while split < packs.count, packs[split].objects < 2 * total {
            total += packs[split].objects
            split += 1
        }
        return split
    }
}

extension Int {
    /// Bytes, for people.
    var inMebibytes: String { "\(((Double(self) / 1_048_576) * 10).rounded() / 10) MiB" }
}

/// A file that is read at a few places.
private final class FileBytes {
    let size: Int
    private let descriptor: Int32

    init?(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        self.descriptor = descriptor
        var status = stat()
        size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    deinit { close(descriptor) }

    /// As many bytes as asked for, or nothing.
    func bytes(_ offset: Int, _ count: Int) -> [UInt8]? {
        guard offset >= 0, offset + count <= size else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let read = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled,
                    offset + filled)
                guard read > 0 else { break }
                filled += read
            }
        }
        return bytes.count == count ? bytes : nil
    }

    /// Four bytes, the most significant first.
    func number(_ offset: Int) -> Int? {
        bytes(offset, 4)?.reduce(0) { $0 << 8 | Int($1) }
    }
}
