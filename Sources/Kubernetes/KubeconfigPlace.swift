import Foundation
import Yams

/// A place in a kubeconfig, which knows its own path for messages.
struct KubeconfigPlace {
    let file: String
    private let path: String
    private let node: Node

    private init(file: String, path: String, node: Node) {
        self.file = file
        self.path = path
        self.node = node
    }

    init(text: String, file: String) throws(KubeconfigError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw KubeconfigError(file: file, .notYAML(Self.problem(error)))
        }
        guard let root, root.mapping != nil else {
            throw KubeconfigError(file: file, .notYAML("it has no fields"))
        }
        self.init(file: file, path: "", node: root)
    }

    /// What the parser met, without the line that its own description quotes.
    private static func problem(_ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "\(problem) at line \(mark.line), column \(mark.column)"
        default: "it cannot be parsed"
        }
    }

    func field(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func invalid(_ key: String, expected: String) -> KubeconfigError {
        KubeconfigError(file: file, .invalid(field: field(key), expected: expected))
    }

    private func child(_ key: String) -> Node? {
        guard let node = node.mapping?[Node(key)], node.null == nil else { return nil }
        return node
    }

    func has(_ key: String) -> Bool { child(key) != nil }

    func optionalText(_ key: String) throws(KubeconfigError) -> String? {
        guard let node = child(key) else { return nil }
        guard let text = node.scalar?.string else { throw invalid(key, expected: "a text") }
        return text.isEmpty ? nil : text
    }

    func text(_ key: String) throws(KubeconfigError) -> String {
        guard let text = try optionalText(key) else {
            throw KubeconfigError(file: file, .missing(field: field(key)))
        }
        return text
    }

    func flag(_ key: String) throws(KubeconfigError) -> Bool {
        guard let node = child(key) else { return false }
        guard let flag = node.bool else { throw invalid(key, expected: "true or false") }
        return flag
    }

    /// The entry of a list of `{name: …, <member>: {…}}`, the way kubeconfigs hold everything.
    func entry(
        _ name: String, of list: String, _ member: String
    ) throws(KubeconfigError) -> KubeconfigPlace {
        guard let items = child(list) else {
            throw KubeconfigError(file: file, .missing(field: field(list)))
        }
        guard let sequence = items.sequence else { throw invalid(list, expected: "a list") }
        guard let item = sequence.first(where: { $0.mapping?["name"]?.scalar?.string == name })
        else { throw KubeconfigError(file: file, .noEntry(field: field(list), name: name)) }
        let path = "\(field(list))[\(name)].\(member)"
        guard let content = item.mapping?[Node(member)], content.null == nil else {
            throw KubeconfigError(file: file, .missing(field: path))
        }
        guard content.mapping != nil else {
            throw KubeconfigError(file: file, .invalid(field: path, expected: "a mapping"))
        }
        return KubeconfigPlace(file: file, path: path, node: content)
    }

    /// The bytes of `<key>-data` in base64, or else of the file that `<key>` names.
    func material(
        _ key: String, directory: String?
    ) throws(KubeconfigError) -> (bytes: [UInt8], key: String)? {
        let inline = "\(key)-data"
        if let text = try optionalText(inline) {
            guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters),
                !data.isEmpty
            else { throw invalid(inline, expected: "base64") }
            return (Array(data), inline)
        }
        guard let bytes = try content(ofFile: key, directory: directory) else { return nil }
        return (bytes, key)
    }

    /// The content of the file that a field names, relative to the kubeconfig's own directory.
    func content(
        ofFile key: String, directory: String?
    ) throws(KubeconfigError) -> [UInt8]? {
        guard let name = try optionalText(key) else { return nil }
        guard let directory else {
            let instead = "Put the content itself into the kubeconfig; this one is not a file."
            throw KubeconfigError(file: file, .unsupported(field: field(key), instead: instead))
        }
        let path = name.hasPrefix("/") ? name : "\(directory)/\(name)"
        do {
            return Array(try Kubeconfig.content(ofFile: path))
        } catch {
            throw KubeconfigError(
                file: file,
                .unreadableFile(field: field(key), path: path, problem: error.problem))
        }
    }
}
