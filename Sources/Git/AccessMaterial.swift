import Foundation

/// What the worker gets on its standard input to reach one source, secrets included.
///
/// It is never logged and stands in no command line and no environment.
struct AccessMaterial: Codable, Hashable, Sendable {
    struct Token: Codable, Hashable, Sendable {
        var user: String
        var secret: String
        var place: String
    }

    /// A file's content, with its name for messages.
    struct NamedText: Codable, Hashable, Sendable {
        var file: String
        var text: String
    }

    var token: Token?
    var authorities: NamedText?
    var proxy: ProxyRules.Proxy?
    var key: SSHPrivateKey?
    var knownHosts: NamedText?

    /// Every text that must not come back in a message, in each form that crosses the network.
    var secrets: [String] {
        var found: [String] = []
        if let token {
            let pair = Data("\(token.user):\(token.secret)".utf8).base64EncodedString()
            found += [token.secret, pair]
        }
        if let credentials = proxy?.credentials {
            found += [credentials, Data(credentials.utf8).base64EncodedString()]
            if let decoded = credentials.removingPercentEncoding {
                found += [decoded, Data(decoded.utf8).base64EncodedString()]
            }
        }
        if let key {
            found += key.text.split(separator: "\n").map(String.init).filter { $0.count > 15 }
        }
        return found.filter { !$0.isEmpty }
    }
}

extension GitError {
    /// The same error with every secret taken out, should a server have sent one back.
    func hiding(_ secrets: [String]) -> GitError {
        let hide = { (text: String) in
            secrets.reduce(text) { $0.replacing($1, with: "***") }
        }
        return GitError(kind, hide(description), hint: hide(hint))
    }
}
