import HCL

/// A file that Terragrunt writes before a run.
private struct GeneratedFile {
    let path: Value?
    let contents: Value
    let range: SourceRange
}

extension UnitReader {
    /// Follows the code that Terragrunt generates for a unit as if it were a file of the unit.
    ///
    /// It is written where the module is run, which is the unit's directory or a copy of its
    /// source's, so that relative paths in it may count from either.
    func followGenerated(of scope: TerragruntScope, budget: EvaluationBudget) {
        do throws(Diagnostic) {
            let files = try scope.generatedFiles(budget: budget)
            guard !files.isEmpty else { return }
            var modules = ModuleReader(loader: loader, trace: scope.trace)
            var directories = [scope.place.directory]
            // A source that fails or that only a run knows is a gap of its own.
            let source = try? scope.moduleSource(budget: budget)?.value.stringValue
            do throws(FileTreeError) {
                if let source,
                    case .directory(let path) = try modules.place(
                        of: source, from: scope.place.directory),
                    !directories.contains(path)
                {
                    directories.append(path)
                }
                for file in files { try follow(file, in: directories, with: &modules) }
            } catch {
                throw Diagnostic(error, at: files.first?.range)
            }
        } catch {
            scope.trace.gap(error)
        }
    }

    private func follow(
        _ file: GeneratedFile, in directories: [String], with modules: inout ModuleReader
    ) throws(FileTreeError) {
        let name = file.path?.stringValue
        guard name.map({ ModuleSyntax($0) != nil }) ?? true else { return }
        guard let text = file.contents.stringValue else {
            guard file.contents.isUnknown else { return }
            return modules.trace.gap(
                Diagnostic(
                    summary: "Code that only a run knows",
                    detail: "The generated code depends on "
                        + "\(UnknownText.reasons(of: file.contents)).", range: file.range))
        }
        var module = ModuleFiles()
        for directory in directories {
            // What cannot be seen is the same wherever the code is.
            let gaps = directory == directories.first ? nil : module.gaps
            defer { module.gaps = gaps ?? module.gaps }
            let path = try? RepositoryPath.resolve(name ?? "generated.tf", from: directory)
            let source = SourceFile(
                path: path ?? RepositoryPath.join(directory, "generated.tf"), text: text)
            switch Self.paths(in: source) {
            case .success(let paths): try modules.read(paths.moved(to: file.range), into: &module)
            case .failure(let error):
                module.gaps.append(
                    Diagnostic(
                        summary: "Malformed code",
                        detail: "The generated code cannot be read: \(error.detail)",
                        range: file.range))
            }
        }
        noteMissing(of: &module, with: modules)
        try modules.take(module)
    }

    private static func paths(in source: SourceFile) -> Result<ModulePaths, Diagnostic> {
        if ModuleSyntax(source.path) == .json { return ModulePaths.json(source) }
        do throws(Diagnostics) {
            return .success(ModulePaths(in: try Body.parse(source)))
        } catch {
            return .failure(
                error.items.first
                    ?? Diagnostic(summary: "Malformed code", detail: source.path, range: nil))
        }
    }

    /// Notes a gap for each called module that is in none of the directories it may be in.
    private func noteMissing(of module: inout ModuleFiles, with modules: ModuleReader) {
        let isMissing = { (call: ModuleFiles.Call) in
            guard case .missing? = try? modules.place(of: call.source, from: call.directory)
            else { return false }
            return true
        }
        for (source, calls) in Dictionary(grouping: module.calls, by: \.source).sorted(by: {
            $0.key < $1.key
        }) where calls.allSatisfy(isMissing) {
            module.gaps.append(
                Diagnostic(
                    summary: "Missing module",
                    detail: "There is no directory \(source) in this commit.",
                    range: calls.first?.range))
        }
    }
}

extension TerragruntScope {
    /// The files that `generate` blocks and attributes make for this unit.
    fileprivate func generatedFiles(
        budget: EvaluationBudget
    ) throws(Diagnostic) -> [GeneratedFile] {
        var files: [GeneratedFile] = []
        for owned in try mergedBlocks(ofType: "generate", budget: budget) {
            guard let contents = try owned.value("contents", budget: budget) else { continue }
            let range = owned.block.body.attribute(named: "contents")?.expression.location
            files.append(
                GeneratedFile(
                    path: try owned.value("path", budget: budget), contents: contents,
                    range: range ?? owned.block.headerLocation))
        }
        for scope in try [self] + mergedParents(budget: budget).map(\.scope) {
            guard let attribute = scope.body.attribute(named: "generate") else { continue }
            let value = try scope.evaluate(attribute.expression, budget: budget)
            let range = attribute.expression.location
            if value.isUnknown {
                files.append(GeneratedFile(path: nil, contents: value, range: range))
            }
            for file in value.attributes?.values ?? [] {
                let contents = file.isUnknown ? file : file.attributes?["contents"]
                guard let contents else { continue }
                files.append(
                    GeneratedFile(
                        path: file.attributes?["path"], contents: contents, range: range))
            }
        }
        return files
    }
}
