import HCL

/// What a unit is seen to read.
struct UnitTrace {
    /// What is read, how, and what cannot be seen.
    let trace: ReadTrace

    /// What makes the unit unreadable.
    let errors: [Diagnostic]
}

/// Finds what one unit reads, without running anything.
struct UnitReader {
    /// The name of a unit's configuration.
    static let unitFile = "terragrunt.hcl"

    let loader: CommitLoader

    /// What the unit in a directory reads.
    func read(_ directory: String) -> UnitTrace {
        loader.unit(directory) {
            let trace = ReadTrace()
            do throws(Diagnostic) {
                try read(directory, into: trace)
                return UnitTrace(trace: trace, errors: [])
            } catch {
                return UnitTrace(trace: trace, errors: loader.complete(error))
            }
        }
    }

    /// Whether a file decides what a unit does only because it lies beside the unit's code or that
    /// of a module: documentation and lock files do not, unless something reads them by name.
    static func decides(_ path: String) -> Bool {
        let name = RepositoryPath.name(of: path)
        let ignored = [".terraform.lock.hcl", ".gitignore", ".gitkeep", "LICENSE"]
        return !ignored.contains(name) && !name.hasSuffix(".md")
    }

    private func read(_ directory: String, into trace: ReadTrace) throws(Diagnostic) {
        let path = RepositoryPath.join(directory, Self.unitFile)
        do throws(FileTreeError) {
            for file in try ownFiles(of: directory) {
                trace.read(file, by: path, "folder", at: nil)
            }
        } catch {
            throw Diagnostic(error, at: nil)
        }
        guard let body = try loader.body(of: path, for: nil) else {
            trace.probe(path)
            return
        }
        let budget = EvaluationBudget()
        try loader.inChain(path, at: nil) { () throws(Diagnostic) in
            let scope = try TerragruntScope(
                loader: loader, body: body,
                place: TerragruntPlace(directory: directory, originalDirectory: directory),
                trace: trace)
            try scope.readUnit(budget: budget)
            followGenerated(of: scope, budget: budget)
            try followModule(of: scope, budget: budget)
        }
    }

    /// The files below a unit's directory that belong to no other unit.
    private func ownFiles(of directory: String) throws(FileTreeError) -> [String] {
        let files = try loader.files(under: directory)
        let own = RepositoryPath.join(directory, Self.unitFile)
        let others = files.filter { RepositoryPath.name(of: $0) == Self.unitFile && $0 != own }
            .map(RepositoryPath.directory(of:))
        return files.filter { file in
            Self.decides(file) && !others.contains { RepositoryPath.isInside(file, $0) }
        }
    }

    private func followModule(
        of scope: TerragruntScope, budget: EvaluationBudget
    ) throws(Diagnostic) {
        let directory = scope.place.directory
        var modules = ModuleReader(loader: loader, trace: scope.trace)
        do throws(FileTreeError) {
            try modules.follow(directory, by: scope.path, "folder", at: nil, filesToo: false)
            let source: (value: Value, attribute: Attribute)?
            do throws(Diagnostic) {
                source = try scope.moduleSource(budget: budget)
            } catch {
                return scope.trace.gap(error)
            }
            guard let source else { return }
            let range = source.attribute.expression.location
            guard let text = source.value.stringValue else {
                return scope.trace.gap(
                    Diagnostic(
                        summary: "Source that only a run knows",
                        detail: "The source depends on "
                            + "\(UnknownText.reasons(of: source.value)).", range: range))
            }
            guard
                try modules.follow(
                    source: text, from: directory, by: range.source.path, "source", at: range)
            else {
                return scope.trace.gap(
                    Diagnostic(
                        summary: "Missing module",
                        detail: "There is no directory \(text) in this commit.", range: range))
            }
        } catch {
            scope.trace.gap(Diagnostic(error, at: nil))
        }
    }
}

extension TerragruntScope {
    /// Evaluates all of a unit's configuration, so that the trace holds what a run of Terragrunt
    /// would read; what fails is a gap in the trace.
    func readUnit(budget: EvaluationBudget) throws(Diagnostic) {
        for include in try includes() {
            try parent(include, budget: budget).evaluateEverything(budget: budget)
        }
        evaluateEverything(budget: budget)
        do throws(Diagnostic) {
            for owned in try mergedBlocks(ofType: "dependency", budget: budget) {
                try noteOrder(owned, "config_path", budget: budget)
            }
            for owned in try allBlocks(ofType: "dependencies", budget: budget) {
                try noteOrder(owned, "paths", budget: budget)
            }
            for owned in try allBlocks(ofType: "terraform", budget: budget) {
                owned.scope.noteCommands(of: owned.block, budget: budget)
            }
        } catch {
            trace.gap(error)
        }
    }

    private func evaluateEverything(budget: EvaluationBudget) {
        for attribute in localAttributes {
            attempt { () throws(Diagnostic) in
                _ = try local(attribute.name, at: attribute.nameLocation, budget: budget)
            }
        }
        evaluateAttributes(of: body, budget: budget)
    }

    /// Evaluates all attributes in a body and its blocks; what fails is a gap in the trace.
    func evaluateAttributes(of body: Body, budget: EvaluationBudget) {
        for attribute in body.attributes {
            attempt { () throws(Diagnostic) in
                _ = try evaluate(attribute.expression, budget: budget)
            }
        }
        for block in body.blocks where block.type != "locals" && block.type != "include" {
            evaluateAttributes(of: block.body, budget: budget)
        }
    }

    private func attempt(_ work: () throws(Diagnostic) -> Void) {
        do throws(Diagnostic) {
            try work()
        } catch {
            trace.gap(error)
        }
    }

    /// Notes the units that a block says come first.
    private func noteOrder(
        _ owned: OwnedBlock, _ name: String, budget: EvaluationBudget
    ) throws(Diagnostic) {
        guard try owned.value("enabled", budget: budget)?.boolValue != false,
            let value = try owned.value(name, budget: budget),
            let range = owned.block.body.attribute(named: name)?.expression.location
        else { return }
        for path in value.elements?.elements ?? [value] {
            guard let text = path.stringValue else {
                trace.gap(
                    Diagnostic(
                        summary: "Path that only a run knows",
                        detail: "The path of another unit depends on "
                            + "\(UnknownText.reasons(of: path)).", range: range))
                continue
            }
            var unit = try resolve(text, from: place.directory, at: range)
            if RepositoryPath.name(of: unit) == UnitReader.unitFile {
                unit = RepositoryPath.directory(of: unit)
            }
            trace.needs(unit, owned.block.type, at: range)
        }
    }

    /// Notes the files that the arguments and hooks of a `terraform` block name.
    private func noteCommands(of block: Block, budget: EvaluationBudget) {
        for inner in block.body.blocks {
            let names =
                inner.type == "extra_arguments"
                ? ["arguments", "optional_var_files", "required_var_files"] : ["execute"]
            for name in names {
                guard let attribute = inner.body.attribute(named: name),
                    let value = try? evaluate(attribute.expression, budget: budget)
                else { continue }
                let range = attribute.expression.location
                for element in value.elements?.elements ?? [value] {
                    guard let text = element.stringValue else {
                        if name.hasSuffix("var_files") { noteUnknown(element, name, at: range) }
                        continue
                    }
                    let path = text.hasPrefix("-var-file=") ? text.dropFirst(10) : text[...]
                    noteNamedFile(String(path), inner.type, at: range)
                }
            }
        }
    }

    private func noteUnknown(_ value: Value, _ name: String, at range: SourceRange) {
        trace.gap(
            Diagnostic(
                summary: "Path that only a run knows",
                detail: "A path in \(name) depends on \(UnknownText.reasons(of: value)).",
                range: range))
    }
}
