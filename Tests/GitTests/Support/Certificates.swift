import Foundation

/// A certificate authority for tests, and the certificates it signs.
final class Certificates: Sendable {
    let folder: TestFolder

    /// The authority's own certificate.
    var authority: String { "\(folder.path)/ca.pem" }

    init() throws {
        folder = try TestFolder()
        try Programs.run(
            Programs.openssl,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", "\(folder.path)/ca.key", "-out", authority,
                "-subj", "/CN=Test Authority", "-days", "2",
            ])
    }

    /// Makes a certificate for names such as `DNS:localhost` and `IP:127.0.0.1`.
    func issue(_ names: String, days: Int = 2) throws -> (certificate: String, key: String) {
        let base = "\(folder.path)/\(UUID().uuidString)"
        try Programs.run(
            Programs.openssl,
            [
                "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", "\(base).key", "-out", "\(base).csr", "-subj", "/CN=git.test",
            ])
        try write("subjectAltName=\(names)\n", to: "\(base).ext")
        try Programs.run(
            Programs.openssl,
            [
                "x509", "-req", "-in", "\(base).csr", "-CA", authority,
                "-CAkey", "\(folder.path)/ca.key", "-set_serial", "\(UInt32.random(in: 1...9999))",
                "-extfile", "\(base).ext", "-days", "\(days)", "-out", "\(base).pem",
            ])
        return ("\(base).pem", "\(base).key")
    }
}

/// TLS in front of a plain server, by Python's `ssl`, which leads to OpenSSL.
final class TLSFront: Sendable {
    private let script: ScriptServer

    var port: UInt16 { script.port }

    /// `versions` are the oldest and the newest that are spoken, such as `TLSv1_3`.
    init(
        _ issued: (certificate: String, key: String), to port: UInt16, versions: [String] = []
    ) throws {
        script = try ScriptServer(
            "tls_front.py", [issued.certificate, issued.key, "\(port)"] + versions)
    }
}
