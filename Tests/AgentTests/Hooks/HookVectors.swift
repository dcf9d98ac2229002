import Foundation
import HTTPTypes
import TestSupport

@testable import Agent

/// Secrets, and what `openssl` signs with them.
enum HookVectors {
    static let secret = "correct horse battery staple"
    static let other = "0123456789abcdef0123456789abcdef"

    /// A signing token of GitLab, and its key in hexadecimal.
    static let token = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let tokenKey = "31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0"

    /// A push that names another repository and branch than any agent follows.
    static let body = """
        {"ref":"refs/heads/evil","after":"ffffffffffffffffffffffffffffffffffffffff",\
        "repository":{"clone_url":"https://evil.example/infra.git","default_branch":"evil"}}
        """

    static func secrets(_ lines: String...) throws -> HookSecrets {
        try HookSecrets(Array(lines.joined(separator: "\n").utf8), file: "secrets")
    }

    /// The MAC of a text in hexadecimal, computed by another implementation than ours.
    static func mac(_ text: String, _ secret: String) throws -> String {
        try openssl(text, ["-hmac", secret])
    }

    /// A signature of Standard Webhooks under the key of ``token``.
    static func standard(_ text: String, id: String, time: Int) throws -> String {
        let hex = try openssl(
            "\(id).\(time).\(text)", ["-mac", "HMAC", "-macopt", "hexkey:\(tokenKey)"])
        let mac = HexadecimalMAC(hex, prefix: "")
        return "v1,\(Data(mac.bytes).base64EncodedString())"
    }

    private static func openssl(_ text: String, _ arguments: [String]) throws -> String {
        let result = try Program("/usr/bin/openssl").run(
            ["dgst", "-sha256"] + arguments, input: text)
        guard result.status == 0, let hex = result.output.split(separator: " ").last else {
            throw ProgramError(description: result.errors)
        }
        return hex.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension HTTPFields {
    /// Fields as they come over the wire, repeated ones included.
    init(_ pairs: [(String, String)]) {
        self.init()
        for (name, value) in pairs {
            if let name = HTTPField.Name(name) { append(HTTPField(name: name, value: value)) }
        }
    }
}
