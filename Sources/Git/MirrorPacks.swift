import CLibgit2
import Glibc

/// When a mirror is tidied; the defaults are for the product, others for tests.
struct MirrorLimits: Codable, Hashable, Sendable {
    /// With more packs than this, small ones are merged: every open pack takes a descriptor.
    var packs = 200

    /// A merge of more objects than this takes longer than to fetch everything anew.
    var mergedObjects = 100_000

    /// A pack of more bytes than this is not copied: one large file would make each merge slow.
    var mergedPack = 32 << 20

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
        guard let index = try FileBytes.open("\(path).idx") else {
            throw broken(".idx is not there")
        }
        guard let pack = try FileBytes.open("\(path).pack") else {
            throw broken(".pack is not there")
        }
        guard try index.bytes(0, 8) == [0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2],
            let count = try index.number(Self.fanOut + 1020)
        else { throw broken(".idx is no index of a pack") }
        // Offsets beyond two gigabytes take eight bytes more.
        let spare = index.size - Self.names - 28 * count - 40
        guard spare >= 0, spare % 8 == 0 else { throw broken(".idx is cut short") }
        guard try pack.bytes(0, 4) == Array("PACK".utf8), try pack.number(8) == count else {
            throw broken(".pack is no pack of its index")
        }
        guard pack.size >= 32, let end = try pack.bytes(pack.size - 20, 20),
            end == (try index.bytes(index.size - 40, 20))
        else { throw broken(".pack is cut short") }
        objects = count
        bytes = pack.size + index.size
    }

    init(path: String, objects: Int, bytes: Int) {
        self.path = path
        self.objects = objects
        self.bytes = bytes
    }

    /// The names of its objects.
    func objectIDs() throws(GitError) -> [git_oid] {
        guard let bytes = try FileBytes.open("\(path).idx")?.bytes(Self.names, objects * 20) else {
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
        let names = try MirrorFiles.list(folder).filter { $0.hasPrefix("pack-") }
        let ends = [".pack", ".idx"]
        let stems = Set(
            names.compactMap { name in
                ends.first(where: name.hasSuffix).map { String(name.dropLast($0.count)) }
            })
        var packs: [MirrorPack] = []
        for stem in stems { packs.append(try MirrorPack(at: "\(folder)/\(stem)", in: repository)) }
        self.init(packs, looseObjects: try Self.looseObjects(in: repository))
    }

    init(_ packs: [MirrorPack], looseObjects: [CommitID]) {
        self.packs = packs.sorted { ($0.bytes, $0.path) < ($1.bytes, $1.path) }
        self.looseObjects = looseObjects
    }

    var bytes: Int { packs.reduce(0) { $0 + $1.bytes } }

    private static func looseObjects(in repository: String) throws(GitError) -> [CommitID] {
        var found: [CommitID] = []
        for folder in try MirrorFiles.list(repository + "/objects") where folder.count == 2 {
            for name in try MirrorFiles.list("\(repository)/objects/\(folder)") {
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
        if let sizeWhenNew, bytes > limits.smallSize,
            Self.exceeds(bytes, sizeWhenNew, limits.growth)
        {
            return .renew(
                "it had grown from \(sizeWhenNew.inMebibytes) to \(bytes.inMebibytes)")
        }
        let smallCount = smallCount(within: limits)
        guard packs.count > limits.packs, smallCount > 1 else { return .nothing }
        let small = packs.prefix(smallCount)
        let objects = small.reduce(0) { $0 + $1.objects }
        if objects > limits.mergedObjects {
            return .renew("it had \(packs.count) packs with \(objects) objects in small ones")
        }
        return .merge(Array(small))
    }

    /// The size comes from a file, so it may be any number.
    private static func exceeds(_ bytes: Int, _ sizeWhenNew: Int, _ growth: Int) -> Bool {
        let (most, isTooLarge) = sizeWhenNew.multipliedReportingOverflow(by: growth)
        return !isTooLarge && bytes > most
    }

    /// How many packs to merge, so that each of the others is twice as large as all before it.
    ///
    /// Then a byte is copied only as often as the mirror doubles. Large ones stay as they are.
    private func smallCount(within limits: MirrorLimits) -> Int {
        let packs = packs.prefix { $0.bytes <= limits.mergedPack }
        guard !packs.isEmpty else { return 0 }
        var split = packs.count - 1
        while split > 0, packs[split].bytes >= 2 * packs[split - 1].bytes { split -= 1 }
        if split > 0 { split += 1 }
        var total = packs[..<split].reduce(0) { $0 + $1.bytes }
        while split < packs.count, packs[split].bytes < 2 * total {
            total += packs[split].bytes
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

    private let path: String

    /// Opens a file; `nil` when it is not there.
    static func open(_ path: String) throws(GitError) -> FileBytes? {
        let descriptor = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor >= 0 { return FileBytes(path, descriptor) }
        guard errno == ENOENT || errno == ELOOP else { throw .system("open \(path)") }
        return nil
    }

    private init(_ path: String, _ descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
        var status = stat()
        size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    deinit { close(descriptor) }

    /// As many bytes as asked for, or nothing where the file ends before.
    func bytes(_ offset: Int, _ count: Int) throws(GitError) -> [UInt8]? {
        guard offset >= 0, offset + count <= size else { return nil }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let read = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled,
                    offset + filled)
                if read < 0, errno == EINTR { continue }
                if read < 0 { failure = errno }
                guard read > 0 else { break }
                filled += read
            }
        }
        guard failure == 0 else { throw .system("read \(path)", failure) }
        return bytes.count == count ? bytes : nil
    }

    /// Four bytes, the most significant first.
    func number(_ offset: Int) throws(GitError) -> Int? {
        try bytes(offset, 4)?.reduce(0) { $0 << 8 | Int($1) }
    }
}
