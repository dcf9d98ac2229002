import Foundation
import Testing

/// Who may import whom; the table is the architecture.
@Suite("Architecture")
struct ArchitectureTests {
    /// What each room may import of the other rooms, in the order in which data walks.
    static let rooms: [(room: String, imports: Set<String>)] = [
        ("ClusterModel", []),
        ("HCL", []),
        ("CLibgit2", []),
        ("COpenSSL", []),
        ("CZlib", []),
        ("CGitStart", []),
        ("Git", ["CGitStart", "CLibgit2", "COpenSSL", "CZlib"]),
        ("Infrastructure", ["ClusterModel", "HCL"]),
        ("Planning", ["ClusterModel"]),
        ("Execution", ["ClusterModel", "Planning"]),
        ("RunStore", ["ClusterModel", "Planning", "Execution"]),
        ("TalosMessages", []),
        ("Talos", ["ClusterModel", "Execution", "TalosMessages"]),
        ("Kubernetes", ["ClusterModel", "Execution"]),
        ("Terragrunt", ["ClusterModel", "Execution"]),
        ("Reporting", ["ClusterModel", "Planning", "Execution"]),
        (
            "Agent",
            [
                "ClusterModel", "Git", "HCL", "Infrastructure", "Planning", "Execution",
                "RunStore", "Talos", "Kubernetes", "Terragrunt", "Reporting",
            ]
        ),
        (
            "uprev",
            [
                "ClusterModel", "Git", "HCL", "Infrastructure", "Planning", "Execution",
                "RunStore", "Talos", "Kubernetes", "Terragrunt", "Reporting", "Agent",
            ]
        ),
        (
            // Planning, because the port for stages and the runner's tests hand plans around.
            "ClusterSimulator", ["ClusterModel", "Planning", "Execution", "TalosMessages"]
        ),
        ("uprev-demo", ["ClusterModel", "Execution", "ClusterSimulator"]),
        ("hcl-bench", ["HCL"]),
        ("hcl-growth", ["HCL"]),
        ("git-bench", ["Git"]),
    ]

    /// Modules from outside that a pure room may use: values and text only, nothing that acts.
    static let pureRooms: [String: Set<String>] = [
        "ClusterModel": [],
        // The standard library itself, by name, for its Unicode normal form.
        "HCL": ["Swift"],
        "Infrastructure": ["Crypto"],
        "Planning": ["Crypto", "FoundationEssentials"],
        "Execution": [],
    ]

    @Test("Every folder of sources is a room of the table, and every room has sources")
    func completeness() throws {
        #expect(Set(try SourceTree.folders(in: "Sources")) == Set(Self.rooms.map(\.room)))
    }

    @Test("A room imports only the rooms that the table allows", arguments: rooms)
    func imports(room: String, allowed: Set<String>) throws {
        let names = Set(Self.rooms.map(\.room))
        for file in try SourceTree.files(below: "Sources/\(room)") {
            for module in file.imports where names.contains(module) && !allowed.contains(module) {
                Issue.record("\(file.path) imports \(module), which \(room) may not know")
            }
        }
    }

    /// The one file of a pure room that may do more, and why.
    static let pureExceptions: [String: Set<String>] = [
        // It makes a thread with a large stack for deep recursion, and does nothing else.
        "Sources/HCL/Source/StackLender.swift": ["Darwin", "Glibc", "Musl"]
    ]

    @Test("A pure room imports nothing that could act", arguments: Array(pureRooms.keys))
    func purity(room: String) throws {
        let names = Set(Self.rooms.map(\.room))
        let allowed = try #require(Self.pureRooms[room]).union(names)
        for file in try SourceTree.files(below: "Sources/\(room)") {
            let exceptions = Self.pureExceptions[file.path] ?? []
            for module in file.imports
            where !allowed.contains(module) && !exceptions.contains(module) {
                Issue.record("\(file.path) imports \(module), but \(room) is pure")
            }
        }
    }

    @Test("The product links no simulator")
    func noSimulator() throws {
        let rooms = ["Agent", "uprev"]
        for file in try rooms.flatMap({ try SourceTree.files(below: "Sources/\($0)") }) {
            #expect(!file.imports.contains("ClusterSimulator"), "\(file.path)")
        }
    }

    /// The folders with the HTTP server, and what only they may import: a framework that accepts
    /// connections has no business in the room that joins all others.
    static let server = (
        folders: ["Sources/Agent/HTTP/", "Sources/Agent/Hooks/"],
        modules: Set(["HTTPTypes", "HummingbirdCore", "Logging", "NIOHTTPTypes"])
    )

    @Test("What accepts connections is imported by the HTTP server's own files only")
    func serverModules() throws {
        for file in try SourceTree.files(below: "Sources")
        where !Self.server.folders.contains(where: file.path.hasPrefix) {
            let found = Self.server.modules.intersection(file.imports)
            #expect(found.isEmpty, "\(file.path) imports \(found.sorted())")
        }
    }

    @Test("The HTTP server cannot fetch, read a commit, or act on a cluster")
    func serverIsReader() throws {
        let rooms: Set = [
            "Git", "HCL", "Infrastructure", "Kubernetes", "Planning", "Talos", "Terragrunt",
        ]
        for folder in Self.server.folders {
            for file in try SourceTree.files(below: String(folder.dropLast())) {
                let found = rooms.intersection(file.imports)
                #expect(found.isEmpty, "\(file.path) imports \(found.sorted())")
            }
        }
    }

    @Test("The import table itself runs one way")
    func order() {
        var seen: Set<String> = []
        for (room, imports) in Self.rooms {
            let later = imports.subtracting(seen)
            #expect(later.isEmpty, "\(room) imports \(later.sorted()), which stand below it")
            seen.insert(room)
        }
    }
}

extension SourceTree.File {
    /// The modules that the file imports.
    var imports: [String] {
        lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
                words[..<index].allSatisfy({
                    $0.hasPrefix("@") || $0 == "public" || $0 == "package"
                })
            else { return nil }
            let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol"]
            let name = words[(index + 1)...].first { !kinds.contains($0) }
            return name.flatMap { $0.split(separator: ".").first.map(String.init) }
        }
    }
}
