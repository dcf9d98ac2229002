import Glibc
import Testing

@testable import Git

@Suite("The start of libgit2")
struct LibraryStartTests {
    private typealias Parse =
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> Int32

    @Test("libgit2 reads no authorities for TLS of its own, which nobody uses")
    func authorities() throws {
        try GitLibrary.start()
        // Builds of libgit2 with another TLS library know no such function.
        guard let found = dlsym(nil, "mbedtls_x509_crt_parse_file") else { return }
        let parse = unsafeBitCast(found, to: Parse.self)
        // mbedTLS's own function has another code for a file that it cannot open.
        #expect(parse(nil, "/nonexistent") == -0x2900)
    }
}
