import Foundation
import NIOSSL

extension Kubeconfig {
    /// Reads the text of a kubeconfig; `directory` is where relative file names start.
    init(text: String, origin: String, directory: String?) throws(KubeconfigError) {
        let root = try KubeconfigPlace(text: text, file: origin)
        let name = try root.text("current-context")
        let context = try root.entry(name, of: "contexts", "context")
        let cluster = try root.entry(try context.text("cluster"), of: "clusters", "cluster")
        let user = try root.entry(try context.text("user"), of: "users", "user")
        try cluster.refuseUnsupportedCluster()
        try user.refuseUnsupportedUser()
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let trusted = try cluster.authorities(directory: directory) {
            tls.trustRoots = .certificates(trusted)
        }
        let hasCertificate = try user.addCertificate(to: &tls, directory: directory)
        let token = try user.token(directory: directory)
        guard hasCertificate || token != nil else {
            throw KubeconfigError(
                file: origin,
                .missing(field: "\(user.field("client-certificate-data")) and no token"))
        }
        self.init(
            origin: origin, context: name, server: try cluster.server(), tls: tls, token: token)
    }
}

extension KubeconfigPlace {
    fileprivate func refuse(_ key: String, instead: String) throws(KubeconfigError) {
        guard has(key) else { return }
        throw KubeconfigError(file: file, .unsupported(field: field(key), instead: instead))
    }

    fileprivate func refuseUnsupportedCluster() throws(KubeconfigError) {
        if try flag("insecure-skip-tls-verify") {
            let instead = "Remove it and give the certificate authority instead."
            throw KubeconfigError(
                file: file,
                .unsupported(field: field("insecure-skip-tls-verify"), instead: instead))
        }
        try refuse("proxy-url", instead: "Give a server that can be reached directly.")
        try refuse(
            "tls-server-name",
            instead: "Give the server by a name or address that its certificate holds.")
    }

    fileprivate func refuseUnsupportedUser() throws(KubeconfigError) {
        let own = "Give uprev credentials of its own: a client certificate, or a token."
        for key in ["exec", "auth-provider", "username", "password"] {
            try refuse(key, instead: own)
        }
        for key in ["as", "as-uid", "as-groups", "as-user-extra"] { try refuse(key, instead: own) }
    }

    fileprivate func server() throws(KubeconfigError) -> String {
        var text = try text("server")
        let parts = URLComponents(string: text)
        guard let parts, parts.scheme?.lowercased() == "https", parts.host?.isEmpty == false,
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil
        else { throw invalid("server", expected: "a URL such as https://10.5.0.2:6443") }
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }

    fileprivate func authorities(directory: String?) throws(KubeconfigError) -> [NIOSSLCertificate]?
    {
        guard let found = try material("certificate-authority", directory: directory) else {
            return nil
        }
        return try certificates(found.bytes, key: found.key)
    }

    private func certificates(
        _ pem: [UInt8], key: String
    ) throws(KubeconfigError) -> [NIOSSLCertificate] {
        guard let found = try? NIOSSLCertificate.fromPEMBytes(pem), !found.isEmpty else {
            throw invalid(key, expected: "a certificate in PEM")
        }
        return found
    }

    /// Adds the client certificate; `false` when the user has none.
    fileprivate func addCertificate(
        to tls: inout TLSConfiguration, directory: String?
    ) throws(KubeconfigError) -> Bool {
        let certificate = try material("client-certificate", directory: directory)
        let key = try material("client-key", directory: directory)
        switch (certificate, key) {
        case (nil, nil): return false
        case (nil, _?):
            throw KubeconfigError(file: file, .missing(field: field("client-certificate-data")))
        case (_?, nil):
            throw KubeconfigError(file: file, .missing(field: field("client-key-data")))
        case (let certificate?, let key?):
            let chain = try certificates(certificate.bytes, key: certificate.key)
            guard let parsed = try? NIOSSLPrivateKey(bytes: key.bytes, format: .pem) else {
                throw invalid(key.key, expected: "a private key in PEM")
            }
            tls.certificateChain = chain.map { .certificate($0) }
            tls.privateKey = .privateKey(parsed)
            guard isPair(tls) else {
                throw invalid(key.key, expected: "the key of its certificate")
            }
            return true
        }
    }

    /// Whether the key belongs to the certificate, which BoringSSL looks at when it makes a context.
    private func isPair(_ tls: TLSConfiguration) -> Bool {
        var alone = TLSConfiguration.makeClientConfiguration()
        alone.trustRoots = .certificates([])
        alone.certificateChain = tls.certificateChain
        alone.privateKey = tls.privateKey
        return (try? NIOSSLContext(configuration: alone)) != nil
    }

    /// The token; a token file wins over a token, as with Kubernetes' own clients.
    fileprivate func token(directory: String?) throws(KubeconfigError) -> String? {
        if let bytes = try content(ofFile: "tokenFile", directory: directory) {
            return try token(String(decoding: bytes, as: UTF8.self), key: "tokenFile")
        }
        return try optionalText("token").map { text throws(KubeconfigError) in
            try token(text, key: "token")
        }
    }

    private func token(_ text: String, key: String) throws(KubeconfigError) -> String {
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let isClean = token.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard !token.isEmpty, isClean else {
            throw invalid(key, expected: "one token of printable characters")
        }
        return token
    }
}
