import ClusterModel
import HCL

/// Takes the fields of a desired state out of locals, by the names that `uprev.hcl` gives them.
struct FieldReader {
    let inputs: ClusterInputs
    let problems: ProblemList

    /// The name of a field's local in this repository.
    func localName(_ field: String) -> String {
        inputs.definition.locals[field] ?? field
    }

    /// The known value of a field; nothing when it is absent, null or cannot be known.
    func value(_ field: String, isRequired: Bool = false) -> LocatedValue? {
        let name = localName(field)
        do {
            guard let found = try inputs.local(named: name) else {
                if isRequired || name != field { reportAbsent(field) }
                return nil
            }
            guard found.value.isWhollyKnown else {
                problems.add(
                    "Value is not known",
                    "\(name) decides what nodes run, but it depends on "
                        + "\(UnknownText.reasons(of: found.value)).", at: found.range,
                    hint: "Write the value itself into \(found.path), since nothing is executed "
                        + "to find it.")
                return nil
            }
            if found.value.isNull {
                if isRequired {
                    problems.add("Wrong value", "\(name) must not be null.", at: found.range)
                }
                return nil
            }
            return found
        } catch {
            for diagnostic in inputs.loader.complete(error) { problems.add(diagnostic) }
            return nil
        }
    }

    private func reportAbsent(_ field: String) {
        let name = localName(field)
        let nearest = NearestName.suggestion(for: name, among: inputs.localNames)
        let range = try? inputs.scope(of: inputs.definition.versions).body.source
        let hint = nearest.map {
            "Did you mean \"\($0)\"? Names of locals are set by locals = { \(field) = \"\($0)\" } "
                + "in uprev.hcl."
        }
        problems.add(
            "Missing local",
            "None of \(inputs.paths.joined(separator: ", ")) has a local named \"\(name)\".",
            at: range.map { SourceRange(source: $0, bytes: ByteRange(0, 0)) },
            hint: hint ?? "Define it, or name the local that holds it in uprev.hcl: "
                + "locals = { \(field) = \"…\" }.")
    }

    private func mismatch(_ field: String, _ wanted: String, at range: SourceRange) {
        problems.add("Wrong value", "\(localName(field)) must be \(wanted).", at: range)
    }

    /// A text with its place.
    func text(_ field: String, isRequired: Bool = false) -> (text: String, range: SourceRange)? {
        guard let found = value(field, isRequired: isRequired) else { return nil }
        guard let text = found.value.stringValue else {
            mismatch(field, "text", at: found.range)
            return nil
        }
        return (text, found.range)
    }

    /// A version with its spelling.
    func version(_ field: String, isRequired: Bool = false)
        -> (version: Version, spelling: String)?
    {
        guard let (text, range) = text(field, isRequired: isRequired) else { return nil }
        guard let version = Version(text) else {
            problems.add(
                "Not a version", "\(localName(field)) is \"\(text)\", which is not a version.",
                at: range, hint: "Write all three numbers, as in \"v1.12.0\" or \"v1.12.0-beta.1\"."
            )
            return nil
        }
        return (version, text)
    }

    /// A truth value.
    func flag(_ field: String) -> Bool? {
        guard let found = value(field) else { return nil }
        switch (found.value.boolValue, found.value.stringValue) {
        case (let flag?, _): return flag
        case (_, "true"): return true
        case (_, "false"): return false
        default:
            mismatch(field, "true or false", at: found.range)
            return nil
        }
    }

    /// A list of texts, each with its place; empty when the field is absent.
    func texts(_ field: String) -> [(text: String, range: SourceRange)] {
        guard let found = value(field) else { return [] }
        guard let elements = found.value.elements else {
            mismatch(field, "a list of texts", at: found.range)
            return []
        }
        var texts: [(text: String, range: SourceRange)] = []
        for (index, element) in elements.enumerated() {
            let range = found.range(ofElement: index)
            guard let text = element.stringValue else {
                mismatch(field, "a list of texts", at: range)
                continue
            }
            texts.append((text, range))
        }
        return texts
    }

    /// The extensions of a list, with how they are written.
    func extensions(_ list: ExtensionList) -> (images: [ImageReference], spelling: String) {
        let texts = texts(list.rawValue)
        var images: [ImageReference] = []
        for (text, range) in texts {
            guard let image = ImageReference(text) else {
                problems.add(
                    "Not an image", "\"\(text)\" is not an image reference.", at: range,
                    hint: "Write it as in \"ghcr.io/siderolabs/crun:1.24@sha256:…\".")
                continue
            }
            images.append(image)
        }
        return (images, texts.map(\.text).joined(separator: ", "))
    }

    /// Provider versions by provider; what is no text is written as JSON.
    func providerVersions() -> [String: String] {
        guard let found = value(Field.providerVersions) else { return [:] }
        guard let attributes = found.value.attributes else {
            mismatch(Field.providerVersions, "an object of versions by provider", at: found.range)
            return [:]
        }
        return Dictionary(
            uniqueKeysWithValues: attributes.map { pair in
                (pair.key, pair.value.stringValue ?? CanonicalJSON.text(of: pair.value))
            })
    }
}
