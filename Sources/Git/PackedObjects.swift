import CLibgit2
import Glibc

/// The objects of one directory that are in packs.
final class PackedObjects: ObjectReader {
    private let directory: String

    /// Those that were opened first, the last used in front of them.
    private var packs: [Pack] = []

    /// Those that were not needed yet, the newest last.
    private var unopened: [String] = []

    /// What is wrong with packs that cannot be used.
    private(set) var broken: [String: String] = [:]

    private var receiver: UnsafeMutablePointer<git_odb_backend>?

    init(in directory: String) throws(ObjectFault) {
        self.directory = directory
        try refresh()
    }

    deinit { receiver?.pointee.free?(receiver) }

    func read(
        _ id: git_oid, for _: UnsafeMutablePointer<git_odb_backend>
    ) throws(ObjectFault) -> (header: ObjectHeader, bytes: UnsafeMutableRawPointer) {
        guard let (pack, position) = try find(id) else { throw .absent }
        do throws(ObjectFault) {
            return try pack.read(id, at: position)
        } catch {
            // It was removed before libgit2 opened it; what it had is in a newer one.
            if case .absent = error { packs.removeAll { $0 === pack } }
            throw error
        }
    }

    func header(_ id: git_oid) throws(ObjectFault) -> ObjectHeader {
        guard let (pack, position) = try find(id) else { throw .absent }
        return try pack.header(at: position)
    }

    /// Where packs cannot be opened for now it may be there: who reads it is told why.
    func contains(_ id: git_oid) -> Bool {
        do throws(ObjectFault) {
            return try find(id) != nil
        } catch {
            return true
        }
    }

    func find(_ prefix: git_oid, digits count: Int) throws(ObjectFault) -> git_oid {
        while try openNext() {}
        var found: git_oid?
        for pack in packs {
            guard let next = try pack.index.find(prefix, digits: count) else { continue }
            guard found.map({ $0.isSame(as: next) }) ?? true else { throw .ambiguous }
            found = next
        }
        guard let found else { throw .absent }
        return found
    }

    /// Remembers packs that are new, for when they are needed.
    ///
    /// One that was removed serves on: another copy may have come into the place of its repository.
    func refresh() throws(ObjectFault) {
        let folder = "\(directory)/pack"
        let names = Set(try ObjectFolders.names(in: folder))
        let found = names.filter { $0.hasSuffix(".idx") }.map { String($0.dropLast(4)) }
            .filter { names.contains("\($0).pack") }
        let current = Set(packs.map(\.stem))
        let stems = found.map { "\(folder)/\($0)" }.filter { !current.contains($0) }
        unopened = stems.map { (time: Self.time(of: $0), stem: $0) }
            .sorted { ($0.time, $0.stem) < ($1.time, $1.stem) }.map(\.stem)
        broken = [:]
    }

    func place(of id: git_oid) -> String {
        (try? find(id)).flatMap { $0 }.map { "\($0.pack.stem).pack" } ?? directory
    }

    /// Begins to receive a pack, by libgit2's own means.
    func receive(
        _ writer: UnsafeMutablePointer<UnsafeMutablePointer<git_odb_writepack>?>?,
        _ database: OpaquePointer?, _ progress: git_indexer_progress_cb?,
        _ payload: UnsafeMutableRawPointer?
    ) -> Int32 {
        if receiver == nil {
            let code = git_odb_backend_pack(&receiver, directory)
            guard code == 0 else { return code }
        }
        return receiver?.pointee.writepack?(writer, receiver, database, progress, payload)
            ?? GIT_ERROR.rawValue
    }

    /// The pack that has an object; throws `system` when one that may have it cannot be opened now.
    private func find(_ id: git_oid) throws(ObjectFault) -> (pack: Pack, position: Int)? {
        for (place, pack) in packs.enumerated() {
            guard let position = pack.index.position(of: id) else { continue }
            if place > 0 { packs.swapAt(0, place) }
            return (pack, position)
        }
        while try openNext() {
            guard let pack = packs.last, let position = pack.index.position(of: id) else {
                continue
            }
            packs.swapAt(0, packs.count - 1)
            return (pack, position)
        }
        return nil
    }

    /// Opens the next pack that can be used, and puts it last; false when there is none.
    ///
    /// A lack of descriptors or memory says nothing of the pack, which is opened when there is more.
    private func openNext() throws(ObjectFault) -> Bool {
        while let stem = unopened.popLast() {
            do throws(ObjectFault) {
                packs.append(try Pack(stem))
                return true
            } catch {
                switch error {
                case .damaged(let reason): broken[stem] = reason
                case .system:
                    unopened.append(stem)
                    throw error
                default: continue
                }
            }
        }
        return false
    }

    private static func time(of stem: String) -> Int {
        var status = stat()
        return stat("\(stem).pack", &status) == 0 ? status.st_mtim.tv_sec : 0
    }
}
