import ClusterModel
import HCL

/// Reads the `installer` block.
struct InstallerReader {
    /// The mark for the Talos version, in the repository's own spelling, in a template that is
    /// handed on.
    private static let mark = "${talos_version}"
    /// A version that no repository holds, to find out where the version goes in a reference.
    private static let probe = "9741.8625.7503"

    let block: SettingsReader
    let inputs: ClusterInputs
    let definition: ClusterDefinition
    let budget: EvaluationBudget

    /// The one source that the block names.
    func source() -> InstallerSource? {
        let output = block.unitOutput("output").map { InstallerSource.output($0) }
        let image = image().map { InstallerSource.image(template: $0) }
        let factory = factory().map { InstallerSource.factory(url: $0) }
        let written = ["output", "image", "factory"].filter {
            block.body.attribute(named: $0) != nil
        }
        if written.count != 1 {
            block.problems.add(
                "Wrong installer",
                "The installer block needs exactly one of output, image and factory.",
                at: block.header)
        }
        block.finish()
        return output ?? image ?? factory
    }

    private func factory() -> String? {
        guard let setting = block.text("factory") else { return nil }
        guard setting.value.hasPrefix("https://") || setting.value.hasPrefix("http://") else {
            block.problems.add(
                "Wrong value", "factory must be the URL of an Image Factory.", at: setting.range,
                hint: "The public one is https://factory.talos.dev.")
            return nil
        }
        return setting.value
    }

    /// The reference with the mark where the Talos version goes.
    ///
    /// The place is found by evaluating with another version, in the spelling of the repository,
    /// so that it does not matter how the expression is built.
    private func image() -> String? {
        guard let attribute = block.attribute("image") else { return nil }
        do {
            return try template(of: attribute.expression)
        } catch {
            // What is wrong in another file is reported by whoever reads that file's values.
            guard error.range?.source.path == attribute.source.path else {
                return attribute.expression.location.text.trimmingQuotes
            }
            block.problems.add(error)
            return nil
        }
    }

    private func template(of expression: Expression) throws(Diagnostic) -> String {
        let range = expression.location
        let name = definition.locals[Field.talosVersion] ?? Field.talosVersion
        guard inputs.missingFile == nil,
            let written = try inputs.local(named: name)?.value.stringValue,
            Version(written) != nil
        else { return range.text.trimmingQuotes }
        let other = (written.hasPrefix("v") ? "v" : "") + Self.probe
        let actual = try text(expression, replaced: [:])
        let probed = try text(expression, replaced: [name: .string(other)])
        let template = probed.replacing(other, with: Self.mark)
        try check(template, actual: actual, written: written, name: name, range)
        return template
    }

    private func text(_ expression: Expression, replaced: [String: Value]) throws(Diagnostic)
        -> String
    {
        let environment = DefinitionEnvironment(inputs: inputs, replaced: replaced)
        let value = try expression.evaluate(in: environment, budget: budget)
        guard let text = value.stringValue else {
            throw Diagnostic(
                summary: "Wrong value",
                detail: value.isUnknown
                    ? "image depends on \(UnknownText.reasons(of: value))."
                    : "image must be text.", range: expression.location)
        }
        return text
    }

    private func check(
        _ template: String, actual: String, written: String, name: String, _ range: SourceRange
    ) throws(Diagnostic) {
        guard template.contains(Self.mark) else {
            throw Diagnostic(
                summary: "Image without a version",
                detail: "image must contain ${\(name)}, since it names the installer of every "
                    + "version on the way.", range: range,
                hint: "Write image = \"registry/name:v1.2.3\" with ${\(name)} for the version.")
        }
        let rebuilt = template.replacing(Self.mark, with: written)
        guard rebuilt == actual, !template.contains(Self.probe) else {
            throw Diagnostic(
                summary: "Image is not a pattern of the version",
                detail: "image depends on \(name) in another way than containing it.",
                range: range,
                hint: "Use ${\(name)} itself, without conditions or functions.")
        }
        guard ImageReference(actual) != nil else {
            throw Diagnostic(
                summary: "Wrong value", detail: "\"\(actual)\" is not an image reference.",
                range: range)
        }
    }
}

extension String {
    /// The text without the quotes around it.
    fileprivate var trimmingQuotes: String {
        count > 1 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self
    }
}
