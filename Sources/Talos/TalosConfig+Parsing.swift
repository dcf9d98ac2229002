import Foundation
import Yams

extension TalosConfig {
    /// Reads the text of a talosconfig.
    init(text: String, file: String, context: String?) throws(TalosConfigError) {
        let root = try ConfigNode(text: text, file: file)
        let contexts = try root.member("contexts")
        var name = try root.optionalText("context")
        if let context { name = context }
        if name == nil { name = try contexts.onlyMember() }
        let chosen = try contexts.context(name ?? "")
        for key in ["proxy-url", "auth"] where chosen.has(key) {
            throw TalosConfigError(file: file, .unsupported(key: "\(chosen.path).\(key)"))
        }
        self.init(
            file: file, context: chosen.name, endpoints: try chosen.endpoints(),
            nodes: try chosen.texts("nodes"), credentials: try chosen.credentials())
    }
}

/// A place in a talosconfig, which knows its own path for messages.
private struct ConfigNode {
    let file: String
    let path: String
    private let node: Node

    /// The last part of the path.
    var name: String { path.split(separator: ".", maxSplits: 1).last.map(String.init) ?? path }

    private init(file: String, path: String, node: Node) {
        self.file = file
        self.path = path
        self.node = node
    }

    init(text: String, file: String) throws(TalosConfigError) {
        do {
            guard let node = try Yams.compose(yaml: text), node.mapping != nil else {
                throw TalosConfigError(file: file, .notYAML("it is no mapping"))
            }
            self.init(file: file, path: "", node: node)
        } catch let error as TalosConfigError {
            throw error
        } catch {
            throw TalosConfigError(file: file, .notYAML(Self.problem(error)))
        }
    }

    /// What the parser met, without the source line that its own description quotes.
    private static func problem(_ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "\(problem) at line \(mark.line), column \(mark.column)"
        case .reader(let problem, _, _, _): problem
        default: "it cannot be parsed"
        }
    }

    private func fail(_ reason: TalosConfigError.Reason) -> TalosConfigError {
        TalosConfigError(file: file, reason)
    }

    private func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private func child(_ key: String) -> Node? {
        guard let node = node.mapping?[Node(key)], node.null == nil else { return nil }
        return node
    }

    func has(_ key: String) -> Bool { child(key) != nil }

    func member(_ key: String) throws(TalosConfigError) -> ConfigNode {
        guard let node = child(key) else { throw fail(.missing(key: path(of: key))) }
        guard node.mapping != nil else {
            throw fail(.invalid(key: path(of: key), expected: "a mapping"))
        }
        return ConfigNode(file: file, path: path(of: key), node: node)
    }

    /// The only key, where a file has one context and does not bother to choose it.
    func onlyMember() throws(TalosConfigError) -> String {
        let names = self.names
        guard names.count == 1, let name = names.first else { throw fail(.missing(key: "context")) }
        return name
    }

    private var names: [String] { node.mapping?.keys.compactMap(\.string) ?? [] }

    func context(_ name: String) throws(TalosConfigError) -> ConfigNode {
        guard names.contains(name) else { throw fail(.noContext(name, known: names)) }
        return try member(name)
    }

    func optionalText(_ key: String) throws(TalosConfigError) -> String? {
        guard let node = child(key) else { return nil }
        guard let text = node.scalar?.string else {
            throw fail(.invalid(key: path(of: key), expected: "a text"))
        }
        return text.isEmpty ? nil : text
    }

    func texts(_ key: String) throws(TalosConfigError) -> [String] {
        guard let node = child(key) else { return [] }
        guard let items = node.sequence else {
            throw fail(.invalid(key: path(of: key), expected: "a list"))
        }
        let texts = items.compactMap { $0.scalar?.string }
        guard texts.count == items.count else {
            throw fail(.invalid(key: path(of: key), expected: "a list of texts"))
        }
        return texts
    }

    func endpoints() throws(TalosConfigError) -> [MachineEndpoint] {
        let texts = try texts("endpoints")
        guard !texts.isEmpty else { throw fail(.missing(key: path(of: "endpoints"))) }
        let endpoints = texts.compactMap { MachineEndpoint($0) }
        guard endpoints.count == texts.count else {
            throw fail(
                .invalid(key: path(of: "endpoints"), expected: "a list of hosts or host:port"))
        }
        return endpoints
    }

    func credentials() throws(TalosConfigError) -> MachineCredentials {
        let authority = try pem("ca")
        let certificate = try pem("crt")
        let key = try pem("key")
        do {
            return try MachineCredentials(authority: authority, certificate: certificate, key: key)
        } catch {
            switch error {
            case .authority:
                throw fail(.invalid(key: path(of: "ca"), expected: "a certificate in PEM"))
            case .certificate:
                throw fail(.invalid(key: path(of: "crt"), expected: "a certificate in PEM"))
            case .key: throw fail(.invalid(key: path(of: "key"), expected: "a private key in PEM"))
            case .pair: throw fail(.invalid(key: path(of: "key"), expected: "the key of its crt"))
            }
        }
    }

    private func pem(_ key: String) throws(TalosConfigError) -> [UInt8] {
        guard let text = try optionalText(key) else { throw fail(.missing(key: path(of: key))) }
        guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters),
            !data.isEmpty
        else { throw fail(.invalid(key: path(of: key), expected: "base64")) }
        return Array(data)
    }
}
