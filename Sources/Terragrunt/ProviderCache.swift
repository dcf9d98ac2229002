import Foundation

/// The providers that units of one cluster downloaded, for the cluster's later runs.
///
/// Terraform and OpenTofu unpack a provider straight into its place, so a killed `init` leaves half
/// of one, which they may take for whole. So what was seen to be complete gets a seal, a file
/// beside the cache that lists the provider's files, and what does not equal its seal is removed
/// before the next stage. A link to a provider is made when it is complete, and that is the sign.
/// Where the links are cannot always be known (`TF_DATA_DIR`, `download_dir`), so that a program did
/// all its work without a complaint is another one.
///
/// Each cluster has a cache of its own and runs one stage at a time, so nobody else writes here
/// meanwhile. The whole of it can be deleted between two runs. Programs may link to a provider that
/// lies elsewhere; what is behind a link in the cache is somebody else's, and is never touched.
///
/// Terragrunt's own folder `.terragrunt-cache` is not shared between runs, only between the stages
/// of one: it is found by a hash of paths and of a source's address, not of its content, so a
/// branch that moved, or files of the same age, would bring old code into a run.
struct ProviderCache: Sendable {
    /// Where the providers are, as an absolute path.
    let directory: String

    private var seals: String { "\(directory).sealed" }

    /// Makes the folders, and removes every provider that may not be whole.
    ///
    /// Nothing may use the cache meanwhile. Throws when the cache itself is a link, since others may
    /// use what is behind it.
    func prepare() throws {
        for folder in [directory, seals] {
            try StageWorkspace.makePrivateFolder(folder)
            guard isFolder(folder) else {
                throw FileError(folder, reason: "a link where a folder is needed")
            }
        }
        for provider in packages(in: directory) where isFolder("\(directory)/\(provider)") {
            guard try !isSealed(provider) else { continue }
            try FileManager.default.removeItem(atPath: "\(directory)/\(provider)")
        }
    }

    /// Seals the providers that working folders below a folder are linked to, and remembers that
    /// they were used.
    ///
    /// What linked them must have succeeded.
    func seal(usedBelow folder: String) throws {
        for provider in links(below: folder) where isOwn(provider) {
            if try !isSealed(provider) { try seal(provider) }
            try FileManager.default.setAttributes(
                [.modificationDate: Date()], ofItemAtPath: "\(seals)/\(provider)")
        }
    }

    /// Seals everything else that is here, since programs may have linked it from anywhere.
    ///
    /// Whatever ran since the cache was made ready must have succeeded, and complained of nothing.
    func sealAll() throws {
        for provider in packages(in: directory) where isOwn(provider) {
            guard try !isSealed(provider), try !inventory(of: provider).isEmpty else { continue }
            try seal(provider)
        }
    }

    /// Removes what was last used before a time.
    func collect(notUsedSince time: Date) throws {
        for provider in packages(in: seals) {
            let seal = "\(seals)/\(provider)"
            let values = try FileManager.default.attributesOfItem(atPath: seal)
            guard let used = values[.modificationDate] as? Date, used < time else { continue }
            // The seal first: what is left of a provider then is nothing that can be used.
            try FileManager.default.removeItem(atPath: seal)
            guard isOwn(provider) else { continue }
            try? FileManager.default.removeItem(atPath: "\(directory)/\(provider)")
        }
    }

    private func isSealed(_ provider: String) throws -> Bool {
        let seal = FileManager.default.contents(atPath: "\(seals)/\(provider)")
        return try seal == Data(inventory(of: provider).utf8)
    }

    private func seal(_ provider: String) throws {
        let folder = "\(directory)/\(provider)"
        for entry in try FolderWalk.entries(of: folder, leavingOut: []) where entry.link == nil {
            try FileCopy.flush("\(folder)/\(entry.path)")
        }
        try FileCopy.synchronize(folder)
        let seal = "\(seals)/\(provider)"
        try StageWorkspace.makePrivateFolder((seal as NSString).deletingLastPathComponent)
        let draft = "\(seals)/draft"
        try Data(inventory(of: provider).utf8).write(to: URL(filePath: draft))
        try FileCopy.flush(draft)
        try FileCopy.move(draft, to: seal)
    }

    /// The files of a provider with what changes when one of them is written.
    private func inventory(of provider: String) throws -> String {
        try FolderWalk.entries(of: "\(directory)/\(provider)", leavingOut: []).map { file in
            "\(file.path) \(file.link ?? "") \(file.mode) \(file.size) "
                + "\(file.modified.seconds).\(file.modified.nanoseconds)\n"
        }.joined()
    }

    /// What is five levels down: host, namespace, name, version, platform; through no link.
    private func packages(in root: String) -> [String] {
        (1...5).reduce([""]) { paths, _ in
            paths.flatMap { path in
                let folder = path.isEmpty ? root : "\(root)/\(path)"
                guard isFolder(folder) else { return [String]() }
                let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
                return (names ?? []).map { path.isEmpty ? $0 : "\(path)/\($0)" }
            }
        }.sorted()
    }

    /// Whether a provider is a folder that is reached from the cache through no link.
    private func isOwn(_ provider: String) -> Bool {
        var path = directory
        guard isFolder(path) else { return false }
        return provider.split(separator: "/").allSatisfy { name in
            path += "/\(name)"
            return isFolder(path)
        }
    }

    /// The providers in the cache that working folders are linked to.
    private func links(below folder: String) -> Set<String> {
        var found: Set<String> = []
        var waiting = [folder]
        while let next = waiting.popLast() {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: next)) ?? []
            where name != ".git" {
                let path = "\(next)/\(name)"
                if name == ".terraform" {
                    found.formUnion(targets(of: "\(path)/providers"))
                } else if isFolder(path) {
                    waiting.append(path)
                }
            }
        }
        return found
    }

    private func targets(of folder: String) -> [String] {
        // A link has the place that is meant in the end, where the path to the cache has links.
        let roots = [
            directory,
            URL(filePath: directory).resolvingSymlinksInPath().path(
                percentEncoded: false),
        ]
        return packages(in: folder).compactMap { package in
            let target = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "\(folder)/\(package)")
            guard let target, isFolder(target) else { return nil }
            let root = roots.first { target.hasPrefix("\($0)/") }
            return root.map { String(target.dropFirst($0.count + 1)) }
        }
    }

    /// Whether a folder is there, not through a link.
    private func isFolder(_ path: String) -> Bool {
        var info = stat()
        return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }
}
