#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Files by the C library alone: Foundation would add megabytes to the memory that is measured.
enum FileBytes {
    static func read(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw BenchFailure("\(path) cannot be read") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = buffer.withUnsafeMutableBytes { space in
                #if canImport(Glibc)
                Glibc.read(descriptor, space.baseAddress, space.count)
                #else
                Darwin.read(descriptor, space.baseAddress, space.count)
                #endif
            }
            guard count >= 0 else { throw BenchFailure("\(path) cannot be read") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// The greatest amount of memory that this process has had so far, as Linux tells it.
    static func peakKilobytes() throws -> Int {
        let status = String(decoding: try read("/proc/self/status"), as: UTF8.self)
        for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            if let number = Int(line.filter(\.isNumber)) { return number }
        }
        throw BenchFailure("the system does not tell how much memory this process has had")
    }
}
