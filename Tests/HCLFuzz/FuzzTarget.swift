import Glibc

/// Checks one input; what libFuzzer calls with each input that it makes.
@_cdecl("LLVMFuzzerTestOneInput")
public func checkOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do throws(Finding) {
        try InputCheck.run(Array(UnsafeBufferPointer(start: data, count: count)))
        return 0
    } catch {
        let message = Array("\nFINDING: \(error)\n".utf8)
        write(STDERR_FILENO, message, message.count)
        abort()
    }
}
