import COpenSSL
import Foundation

/// The host keys of a `known_hosts` file, as OpenSSH writes and reads them.
///
/// A host on port 22 is looked up by its name, on another port as `[name]:port` only. Names may be
/// hashed, hold `*` and `?`, or be excluded with `!`. A host that is not in the file is not trusted.
struct KnownHosts {
    private enum Marker { case none, revoked, authority }

    private struct Line {
        let number: Int
        let marker: Marker
        let key: HostKey
    }

    /// What the file says of a key that a server showed.
    enum Verdict: Equatable {
        case trusted
        /// The host has other keys in the file.
        case different(expected: [HostKey])
        case revoked(line: Int)
        /// Only a certificate authority is named for the host, and libssh2 knows no certificates.
        case authorityOnly(line: Int)
        case unknown(unreadableLines: [Int])
    }

    private var lines: [Line] = []
    private var unreadable: [Int] = []

    /// Reads the lines that are about one host.
    init(_ text: String, for endpoint: RemoteURL.Endpoint) {
        let name =
            endpoint.port == 22 ? endpoint.host : "[\(endpoint.host)]:\(endpoint.port)"
        let all = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in all.enumerated() {
            var words = line.split { $0 == " " || $0 == "\t" }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            var marker = Marker.none
            if first.hasPrefix("@") {
                marker = first == "@cert-authority" ? .authority : .revoked
                words.removeFirst()
            }
            guard !first.hasPrefix("@") || ["@cert-authority", "@revoked"].contains(first),
                words.count >= 3, let key = HostKey(type: words[1], base64: words[2])
            else {
                unreadable.append(index + 1)
                continue
            }
            guard Self.covers(words[0], name) else { continue }
            lines.append(Line(number: index + 1, marker: marker, key: key))
        }
    }

    /// The types of the keys that are trusted for the host, the one to ask for first in front.
    var preferredTypes: [String] {
        let types = Set(lines.filter { $0.marker == .none }.map(\.key.type))
        return HostKey.usableTypes.filter(types.contains)
    }

    /// The keys that are trusted for the host.
    var expected: [HostKey] { lines.filter { $0.marker == .none }.map(\.key) }

    /// Judges a key that the host showed.
    func verdict(on key: HostKey) -> Verdict {
        if let line = lines.first(where: { $0.marker == .revoked && $0.key == key }) {
            return .revoked(line: line.number)
        }
        if expected.contains(key) { return .trusted }
        if !expected.isEmpty { return .different(expected: expected) }
        if let line = lines.first(where: { $0.marker == .authority }) {
            return .authorityOnly(line: line.number)
        }
        return .unknown(unreadableLines: unreadable)
    }

    private static func covers(_ patterns: Substring, _ name: String) -> Bool {
        if patterns.hasPrefix("|") { return isHash(patterns, of: name) }
        var found = false
        for pattern in patterns.lowercased().split(separator: ",") {
            if pattern.hasPrefix("!") {
                if matches(pattern.dropFirst().utf8[...], name.utf8[...]) { return false }
            } else if matches(pattern.utf8[...], name.utf8[...]) {
                found = true
            }
        }
        return found
    }

    /// `|1|salt|HMAC-SHA1(salt, name)`.
    private static func isHash(_ text: Substring, of name: String) -> Bool {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[1] == "1", let salt = Data(base64Encoded: String(parts[2])),
            let hash = Data(base64Encoded: String(parts[3]))
        else { return false }
        let (key, message) = (Array(salt), Array(name.utf8))
        var length: UInt32 = 0
        let made = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
            HMAC(
                EVP_sha1(), key, Int32(key.count), message, message.count, buffer.baseAddress,
                &length)
            count = Int(length)
        }
        return Data(made) == hash
    }

    /// Whether a name fits a pattern in which `*` stands for any text and `?` for one character.
    private static func matches(
        _ pattern: Substring.UTF8View.SubSequence, _ name: Substring.UTF8View.SubSequence
    ) -> Bool {
        var (pattern, name) = (pattern, name)
        var retry: (pattern: Substring.UTF8View.SubSequence, name: Substring.UTF8View.SubSequence)?
        while let character = name.first {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                retry = (pattern, name)
            } else if pattern.first == character || pattern.first == UInt8(ascii: "?") {
                (pattern, name) = (pattern.dropFirst(), name.dropFirst())
            } else if let last = retry {
                (pattern, name) = (last.pattern, last.name.dropFirst())
                retry = (pattern, name)
            } else {
                return false
            }
        }
        return pattern.allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
