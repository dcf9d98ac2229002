import ClusterModel
import ClusterSimulator
import Foundation
import NIOSSL
import Testing

@testable import Kubernetes

@Suite
struct KubeconfigTests {
    private let authority: KubernetesAuthority
    private let identity: KubernetesIdentity
    private let cluster: String
    private let user: String

    init() throws {
        authority = try KubernetesAuthority()
        identity = try authority.client()
        let trusted = Self.base64(authority.certificate)
        cluster = "server: https://10.5.0.2:6443, certificate-authority-data: \(trusted)"
        user =
            "client-certificate-data: \(Self.base64(identity.certificate)), "
            + "client-key-data: \(Self.base64(identity.key))"
    }

    private static func base64(_ text: String) -> String {
        Data(text.utf8).base64EncodedString()
    }

    private func text(cluster: String? = nil, user: String? = nil, current: String = "b") -> String
    {
        """
        apiVersion: v1
        kind: Config
        preferences: {}
        clusters:
        - {name: other, cluster: {server: "https://192.0.2.1"}}
        - {name: sol, cluster: {\(cluster ?? self.cluster)}}
        users:
        - {name: other, user: {exec: {command: sh}}}
        - {name: admin, user: {\(user ?? self.user)}}
        contexts:
        - {name: a, context: {cluster: other, user: other}}
        - {name: b, context: {cluster: sol, user: admin, namespace: default}}
        - {name: c, context: {cluster: sol, user: nobody}}
        - {name: d, context: {cluster: sol}}
        current-context: \(current)
        """
    }

    private func read(_ text: String) throws -> Kubeconfig {
        try Kubeconfig(bytes: Array(text.utf8), origin: "config")
    }

    private func reason(_ text: String) -> KubeconfigError.Reason? {
        do {
            _ = try read(text)
            return nil
        } catch {
            return (error as? KubeconfigError)?.reason
        }
    }

    @Test
    func currentContextIsRead() throws {
        let config = try read(text())
        #expect(config.context == "b")
        #expect(config.server == "https://10.5.0.2:6443")
        #expect(config.token == nil)
        #expect(config.tls.certificateChain.count == 1)
        #expect(config.tls.certificateVerification == .fullVerification)
    }

    @Test
    func serverLosesItsLastSlash() throws {
        let config = try read(text(cluster: "server: \"https://k8s.example.com/cluster/sol/\""))
        #expect(config.server == "https://k8s.example.com/cluster/sol")
        #expect(config.tls.trustRoots == .default)
    }

    @Test
    func filesAreFoundBesideTheKubeconfig() throws {
        let folder = try TestFolder()
        try folder.write(authority.certificate, to: "ca.crt")
        try folder.write(identity.certificate, to: "me.crt")
        let key = try folder.write(identity.key, to: "me.key")
        try folder.write("a-token\n", to: "token")
        let file = try folder.write(
            text(
                cluster: "server: https://10.5.0.2:6443, certificate-authority: ca.crt",
                user: "client-certificate: ./me.crt, client-key: \(key), tokenFile: token, "
                    + "token: another"),
            to: "config")
        let config = try Kubeconfig(file: file)
        #expect(config.token == "a-token")
        #expect(config.tls.certificateChain.count == 1)
        try folder.write("a-newer-token", to: "token")
        #expect(try Kubeconfig(file: file).token == "a-newer-token")
    }

    @Test
    func missingFilesAreNamed() throws {
        let folder = try TestFolder()
        #expect(
            throws: KubeconfigError(file: folder.path + "/none", .unreadable("it does not exist"))
        ) {
            try Kubeconfig(file: folder.path + "/none")
        }
        let file = try folder.write(text(user: "tokenFile: none"), to: "config")
        let expected = KubeconfigError.Reason.unreadableFile(
            field: "users[admin].user.tokenFile", path: folder.path + "/none",
            problem: "it does not exist")
        #expect(throws: KubeconfigError(file: file, expected)) { try Kubeconfig(file: file) }
        #expect(throws: KubeconfigError.self) { try Kubeconfig(file: folder.path) }
    }

    @Test
    func fileNamesNeedAFile() {
        guard case .unsupported(let field, _) = reason(text(user: "tokenFile: /etc/hostname"))
        else {
            Issue.record("The file was read.")
            return
        }
        #expect(field == "users[admin].user.tokenFile")
    }

    @Test(arguments: [
        ("insecure-skip-tls-verify: true", "insecure-skip-tls-verify"),
        ("proxy-url: \"http://proxy:3128\"", "proxy-url"),
        ("tls-server-name: other", "tls-server-name"),
    ])
    func unsafeClustersAreRefused(addition: String, field: String) {
        let found = reason(text(cluster: "\(cluster), \(addition)"))
        guard case .unsupported("clusters[sol].cluster.\(field)", _) = found else {
            Issue.record("It gave \(String(describing: found)).")
            return
        }
    }

    @Test(arguments: [
        "exec: {command: aws}", "auth-provider: {name: oidc}", "username: u", "as: x",
    ])
    func otherWaysOfLoggingInAreRefused(addition: String) {
        let field = addition.prefix { $0 != ":" }
        let found = reason(text(user: "\(user), \(addition)"))
        guard case .unsupported("users[admin].user.\(field)", _) = found else {
            Issue.record("It gave \(String(describing: found)).")
            return
        }
    }

    @Test
    func verificationThatIsNotSkippedIsFine() throws {
        _ = try read(text(cluster: "\(cluster), insecure-skip-tls-verify: false"))
    }

    @Test
    func missingEntriesAreNamed() {
        #expect(reason(text(current: "z")) == .noEntry(field: "contexts", name: "z"))
        #expect(reason(text(current: "c")) == .noEntry(field: "users", name: "nobody"))
        #expect(reason(text(current: "d")) == .missing(field: "contexts[d].context.user"))
        #expect(reason(text(current: "\"\"")) == .missing(field: "current-context"))
        #expect(reason("current-context: b") == .missing(field: "contexts"))
        #expect(reason(text(cluster: "x: y")) == .missing(field: "clusters[sol].cluster.server"))
        #expect(
            reason(text(user: "client-key-data: \(Self.base64(identity.key))"))
                == .missing(field: "users[admin].user.client-certificate-data"))
        #expect(
            reason(text(user: "client-certificate-data: \(Self.base64(identity.certificate))"))
                == .missing(field: "users[admin].user.client-key-data"))
        guard case .missing = reason(text(user: "")) else {
            Issue.record("A user without credentials was accepted.")
            return
        }
    }

    @Test(arguments: [
        "http://10.5.0.2:6443", "10.5.0.2:6443", "https://", "https://me:secret@10.5.0.2",
        "https://10.5.0.2/?x=1",
    ])
    func serverMustBeAPlainHTTPSAddress(server: String) {
        let found = reason(text(cluster: "server: \"\(server)\""))
        #expect(
            found
                == .invalid(
                    field: "clusters[sol].cluster.server",
                    expected: "a URL such as https://10.5.0.2:6443"))
    }

    @Test
    func brokenMaterialIsNamedByItsField() throws {
        let key = "users[admin].user.client-key-data"
        let certificate = "client-certificate-data: \(Self.base64(identity.certificate))"
        #expect(
            reason(text(user: "\(certificate), client-key-data: '%%%'"))
                == .invalid(field: key, expected: "base64"))
        #expect(
            reason(text(user: "\(certificate), client-key-data: \(Self.base64("no key"))"))
                == .invalid(field: key, expected: "a private key in PEM"))
        let other = try authority.client()
        #expect(
            reason(text(user: "\(certificate), client-key-data: \(Self.base64(other.key))"))
                == .invalid(field: key, expected: "the key of its certificate"))
        #expect(
            reason(
                text(cluster: "server: https://a, certificate-authority-data: \(Self.base64("x"))"))
                == .invalid(
                    field: "clusters[sol].cluster.certificate-authority-data",
                    expected: "a certificate in PEM"))
        #expect(
            reason(text(user: "token: \"a\\nb\""))
                == .invalid(
                    field: "users[admin].user.token",
                    expected: "one token of printable characters"))
    }

    @Test(arguments: ["", "[1, 2]", "just text", "a: [", "\u{0}", "a: 'secret-value"])
    func otherTextIsNoKubeconfig(text: String) throws {
        let error = try #require(throws: KubeconfigError.self) { try read(text) }
        guard case .notYAML = error.reason else {
            Issue.record("It gave \(error).")
            return
        }
        #expect(!error.description.contains("secret-value"))
    }

    @Test
    func credentialsAreNeverShown() throws {
        let secret = "very-secret-token"
        let config = try read(text(user: "\(user), token: \(secret)"))
        var dumped = ""
        dump(config, to: &dumped)
        for shown in ["\(config)", String(reflecting: config), dumped] {
            #expect(!shown.contains(secret))
            #expect(!shown.contains("PRIVATE"))
        }
        let broken = text(cluster: "server: \"ftp://x\"", user: "\(user), token: \(secret)")
        let error = try #require(throws: KubeconfigError.self) { try read(broken) }
        #expect(!"\(error) \(error.hint)".contains(secret))
        #expect(error.disposition == .stalled)
    }
}
