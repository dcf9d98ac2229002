import COpenSSL
import Foundation

/// What a server's certificate says of itself, for messages.
struct PeerCertificate {
    private let subject: String
    private let issuer: String
    private let names: String
    private let end: String
    private let fingerprint: String

    /// Reads a certificate, be it trusted or not; it stays the caller's.
    init(_ certificate: OpaquePointer?) {
        guard let certificate else {
            (subject, issuer, names, end, fingerprint) = ("none", "", "", "", "")
            return
        }
        subject = Self.name(X509_get_subject_name(certificate))
        issuer = Self.name(X509_get_issuer_name(certificate))
        let place = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1)
        names =
            place < 0
            ? "none"
            : Self.printed { X509V3_EXT_print($0, X509_get_ext(certificate, place), 0, 0) }
        end = Self.printed { ASN1_TIME_print($0, X509_get0_notAfter(certificate)) }
        fingerprint = Self.fingerprint(certificate)
    }

    /// One sentence; what the server wrote into it has no control characters.
    var description: String {
        guard !issuer.isEmpty else { return "It offered no certificate." }
        return "It offered: subject \(subject), names \(names), issuer \(issuer), "
            + "valid until \(end), SHA256:\(fingerprint)."
    }

    private static func name(_ name: OpaquePointer?) -> String {
        guard let name else { return "none" }
        let text = printed { X509_NAME_print_ex($0, name, 0, copenssl_name_format()) }
        return text.isEmpty ? "none" : text
    }

    private static func printed(_ print: (OpaquePointer) -> Int32) -> String {
        guard let buffer = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(buffer) }
        _ = print(buffer)
        var bytes: UnsafeMutablePointer<CChar>?
        let count = copenssl_memory(buffer, &bytes)
        let text = String(
            decoding: UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count),
            as: UTF8.self)
        return text.onOneLine(limit: 300)
    }

    private static func fingerprint(_ certificate: OpaquePointer) -> String {
        var length: UInt32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
            X509_digest(certificate, EVP_sha256(), buffer.baseAddress, &length)
            count = Int(length)
        }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension String {
    /// The text as it may stand in a log: no control characters, and not endless.
    func onOneLine(limit: Int) -> String {
        let clean = unicodeScalars.map { scalar -> Character in
            let isControl = [.control, .format, .lineSeparator, .paragraphSeparator]
                .contains(scalar.properties.generalCategory)
            return isControl ? " " : Character(scalar)
        }
        let text = String(clean).trimmingCharacters(in: .whitespaces)
        return text.count > limit ? text.prefix(limit) + "…" : text
    }
}
