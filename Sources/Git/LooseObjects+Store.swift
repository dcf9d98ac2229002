import CLibgit2

extension LooseObjects {
    /// Makes a store of them that libgit2 asks, and frees.
    func store() -> UnsafeMutablePointer<git_odb_backend> {
        let store = UnsafeMutablePointer<cgit_store>.allocate(capacity: 1)
        store.initialize(to: cgit_store())
        store.pointee.context = Unmanaged.passRetained(self).toOpaque()
        let base = UnsafeMutableRawPointer(store).assumingMemoryBound(to: git_odb_backend.self)
        git_odb_init_backend(base, UInt32(GIT_ODB_BACKEND_VERSION))
        base.pointee.read = { bytes, size, type, store, id in
            LooseObjects.read(store, id, bytes, size, type)
        }
        base.pointee.read_header = { size, type, store, id in
            LooseObjects.readHeader(store, id, size, type)
        }
        base.pointee.read_prefix = { found, bytes, size, type, store, prefix, digits in
            let code = LooseObjects.find(store, prefix, digits, found)
            return code == 0 ? LooseObjects.read(store, found, bytes, size, type) : code
        }
        base.pointee.exists = { store, id in
            guard let objects = LooseObjects.of(store), let id else { return 0 }
            return objects.contains(id.pointee) ? 1 : 0
        }
        base.pointee.exists_prefix = { found, store, prefix, digits in
            LooseObjects.find(store, prefix, digits, found)
        }
        // Nothing is held in memory; but only what can be refreshed is asked a second time, and an
        // object may come out of a pack in between.
        base.pointee.refresh = { _ in 0 }
        base.pointee.free = { store in LooseObjects.free(store) }
        return base
    }

    private static func context(
        of store: UnsafeMutablePointer<git_odb_backend>?
    ) -> Unmanaged<LooseObjects>? {
        guard let store else { return nil }
        let whole = UnsafeMutableRawPointer(store).assumingMemoryBound(to: cgit_store.self)
        return whole.pointee.context.map { Unmanaged<LooseObjects>.fromOpaque($0) }
    }

    private static func of(_ store: UnsafeMutablePointer<git_odb_backend>?) -> LooseObjects? {
        context(of: store)?.takeUnretainedValue()
    }

    private static func free(_ store: UnsafeMutablePointer<git_odb_backend>?) {
        context(of: store)?.release()
        UnsafeMutableRawPointer(store)?.assumingMemoryBound(to: cgit_store.self).deallocate()
    }

    private static func read(
        _ store: UnsafeMutablePointer<git_odb_backend>?, _ id: UnsafePointer<git_oid>?,
        _ bytes: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
        _ size: UnsafeMutablePointer<Int>?, _ type: UnsafeMutablePointer<git_object_t>?
    ) -> Int32 {
        guard let objects = of(store), let id = id?.pointee else { return GIT_EINVALID.rawValue }
        do throws(LooseFault) {
            var file = try objects.file(of: id)
            let content = try file.content(
                allocate: { git_odb_backend_data_alloc(store, $0) },
                release: { git_odb_backend_data_free(store, $0) })
            bytes?.pointee = content.bytes
            size?.pointee = content.header.size
            type?.pointee = content.header.type
            return 0
        } catch {
            return objects.report(error, of: id)
        }
    }

    private static func readHeader(
        _ store: UnsafeMutablePointer<git_odb_backend>?, _ id: UnsafePointer<git_oid>?,
        _ size: UnsafeMutablePointer<Int>?, _ type: UnsafeMutablePointer<git_object_t>?
    ) -> Int32 {
        guard let objects = of(store), let id = id?.pointee else { return GIT_EINVALID.rawValue }
        do throws(LooseFault) {
            var file = try objects.file(of: id)
            let header = try file.header()
            size?.pointee = header.size
            type?.pointee = header.type
            return 0
        } catch {
            return objects.report(error, of: id)
        }
    }

    private static func find(
        _ store: UnsafeMutablePointer<git_odb_backend>?, _ prefix: UnsafePointer<git_oid>?,
        _ digits: Int, _ found: UnsafeMutablePointer<git_oid>?
    ) -> Int32 {
        guard let objects = of(store), let prefix = prefix?.pointee else {
            return GIT_EINVALID.rawValue
        }
        do throws(LooseFault) {
            found?.pointee = try objects.find(prefix, digits: digits)
            return 0
        } catch {
            return objects.report(error, of: prefix)
        }
    }
}
