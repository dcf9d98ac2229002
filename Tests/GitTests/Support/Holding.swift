import Foundation
import Glibc

/// What a process holds at one moment: the one that asks.
struct Holding {
    /// What it has of the machine's memory.
    let kibibytes: Int

    /// The bytes that were allocated and not freed.
    let heap: Int
    let descriptors: Int
    let threads: Int

    /// Zombies included.
    let children: Int

    init() throws {
        let status = try content("/proc/self/status").split(separator: "\n")
        let number = { (name: String) in
            status.first { $0.hasPrefix(name) }.flatMap { Int($0.filter(\.isNumber)) } ?? -1
        }
        kibibytes = number("VmRSS:")
        threads = number("Threads:")
        heap = try Self.heapInUse()
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        children = try FileManager.default.contentsOfDirectory(atPath: "/proc")
            .filter { Int($0) != nil }
            .count { process in
                let text = (try? content("/proc/\(process)/stat")) ?? ""
                let words = text.drop { $0 != ")" }.split(separator: " ").dropFirst(2)
                return words.first == "\(getpid())"
            }
    }

    static let heading = row([
        "polls", "RSS KiB", "heap bytes", "descriptors", "threads", "children",
    ])

    func line(_ polls: Int) -> String {
        Self.row([polls, kibibytes, heap, descriptors, threads, children].map(String.init))
    }

    private static func row(_ cells: [String]) -> String {
        cells.map { String(repeating: " ", count: max(1, 12 - $0.count)) + $0 }.joined()
    }

    /// Asks the C library, whose answer is a document with the totals at its end.
    ///
    /// Swift does not import the function, whose header it leaves out.
    private static func heapInUse() throws -> Int {
        typealias Function = @convention(c) (Int32, UnsafeMutablePointer<FILE>) -> Int32
        guard let symbol = dlsym(nil, "malloc_info") else { throw POSIXError(.ENOSYS) }
        var text: UnsafeMutablePointer<CChar>?
        var size = 0
        guard let file = open_memstream(&text, &size) else { throw POSIXError(.ENOMEM) }
        let code = unsafeBitCast(symbol, to: Function.self)(0, file)
        fclose(file)
        defer { free(text) }
        guard code == 0, let text else { throw POSIXError(.EIO) }
        let totals = String(cString: text).components(separatedBy: "</heap>").last ?? ""
        func number(_ name: String) throws -> Int {
            let pattern = try Regex("\(name)\"(?: count=\"[0-9]+\")? size=\"([0-9]+)\"")
            guard let match = totals.firstMatch(of: pattern),
                let digits = match.output[1].substring,
                let number = Int(digits)
            else { throw POSIXError(.EBADMSG) }
            return number
        }
        return try number("system type=\"current") + number("total type=\"mmap")
            - number("total type=\"fast") - number("total type=\"rest")
    }
}
