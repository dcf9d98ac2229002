import HCL

extension TerragruntScope {
    /// Attributes that a configuration shows as text, empty when no file sets them.
    private static let texts = [
        "download_dir", "iam_assume_role_session_name", "iam_role", "iam_web_identity_token",
        "terraform_binary", "terraform_version_constraint", "terragrunt_version_constraint",
    ]

    /// Attributes that a configuration shows only when a file sets them.
    private static let optional = ["iam_assume_role_duration", "prevent_destroy"]

    /// Blocks of which a configuration shows parts that are not evaluated here, when there are any.
    private static let unreadBlocks = ["catalog", "engine", "errors", "exclude"]

    /// What `read_terragrunt_config` and an exposed include show of this file.
    func makeConfiguration(budget: EvaluationBudget) throws(Diagnostic) -> Value {
        var parts: [String: Value] = [:]
        let hasLocals = !body.blocks(ofType: "locals").isEmpty
        parts["locals"] = hasLocals ? try allLocals(budget: budget).jsonForm : .null(.dynamic)
        parts["inputs"] = lenient("the inputs") { () throws(Diagnostic) in
            try mergedInputs(budget: budget)
        }
        for name in Self.texts {
            parts[name] = lenient(name) { () throws(Diagnostic) in
                try mergedAttribute(name, budget: budget) ?? .string("")
            }
        }
        for name in Self.optional {
            let value = lenient(name) { () throws(Diagnostic) in
                try mergedAttribute(name, budget: budget) ?? .null(.dynamic)
            }
            if !value.isNull { parts[name] = value }
        }
        for name in Self.unreadBlocks where try !allBlocks(ofType: name, budget: budget).isEmpty {
            parts[name] = unread(name)
        }
        parts["dependency"] = try dependencyValue(budget: budget)
        parts["dependencies"] = try dependenciesValue(budget: budget)
        parts["generate"] = try labelled("generate", budget: budget)
        parts["feature"] = try labelled("feature", budget: budget)
        parts["terraform"] = try terraformValue(budget: budget)
        parts["remote_state"] = try remoteStateValue(budget: budget)
        try noteUnreadParts(budget: budget)
        return .object(ValueMap(parts.map { (key: $0.key, value: $0.value) }))
    }

    /// A part of the configuration; unknown when it cannot be evaluated, since most who read a file
    /// want its locals.
    private func lenient(
        _ what: String, _ make: () throws(Diagnostic) -> Value
    ) -> Value {
        do throws(Diagnostic) {
            return try make()
        } catch {
            trace.gap(error)
            return .unknown("\(what) of \(path), which fail: \(error.detail)", at: error.range)
        }
    }

    /// Evaluates the blocks of which only unknown parts are shown, as Terragrunt does too, so that
    /// the trace holds the files that they read.
    private func noteUnreadParts(budget: EvaluationBudget) throws(Diagnostic) {
        for type in Self.unreadBlocks + ["feature", "generate", "terraform"] {
            for owned in try allBlocks(ofType: type, budget: budget) {
                owned.scope.evaluateAttributes(of: owned.block.body, budget: budget)
            }
        }
    }

    private func unread(_ what: String) -> Value {
        .unknown("\(what) of \(path), which is not read by uprev", at: nil)
    }

    private func dependencyValue(budget: EvaluationBudget) throws(Diagnostic) -> Value {
        var dependencies: [(key: String, value: Value)] = []
        for owned in try mergedBlocks(ofType: "dependency", budget: budget) {
            let reason = "the outputs of dependency \"\(owned.label)\", which only its state knows"
            let place = owned.block.headerLocation
            let path = lenient("config_path") { () throws(Diagnostic) in
                try owned.value("config_path", budget: budget) ?? .null(.string)
            }
            dependencies.append(
                (
                    owned.label,
                    .object([
                        "name": .text(owned.label), "config_path": path,
                        "outputs": .unknown(reason, at: place),
                        "inputs": .unknown(reason, at: place),
                    ])
                ))
        }
        return .object(ValueMap(dependencies))
    }

    private func dependenciesValue(budget: EvaluationBudget) throws(Diagnostic) -> Value {
        let blocks = try allBlocks(ofType: "dependencies", budget: budget)
        let units = try mergedBlocks(ofType: "dependency", budget: budget)
        return blocks.isEmpty && units.isEmpty ? .null(.dynamic) : unread("dependencies")
    }

    private func labelled(
        _ type: String, budget: EvaluationBudget
    ) throws(Diagnostic) -> Value {
        let blocks = try mergedBlocks(ofType: type, budget: budget)
        return .object(
            ValueMap(blocks.map { (key: $0.label, value: unread("\(type) \"\($0.label)\"")) }))
    }

    private func terraformValue(budget: EvaluationBudget) throws(Diagnostic) -> Value? {
        guard try !allBlocks(ofType: "terraform", budget: budget).isEmpty else { return nil }
        let source = lenient("the source") { () throws(Diagnostic) in
            try moduleSource(budget: budget)?.value ?? .null(.string)
        }
        let names = [
            "after_hook", "before_hook", "copy_terraform_lock_file", "error_hook",
            "exclude_from_copy", "extra_arguments", "include_in_copy",
        ]
        let others = names.map { (key: $0, value: unread("terraform.\($0)")) }
        return .object(ValueMap([(key: "source", value: source)] + others))
    }

    private func remoteStateValue(budget: EvaluationBudget) throws(Diagnostic) -> Value? {
        guard let block = try allBlocks(ofType: "remote_state", budget: budget).first else {
            return nil
        }
        let names = [
            "disable_dependency_optimization", "disable_init", "encryption", "generate",
        ]
        var parts = names.map { (key: $0, value: unread("remote_state.\($0)")) }
        for name in ["backend", "config"] {
            let value = lenient("remote_state.\(name)") { () throws(Diagnostic) in
                try block.value(name, budget: budget)?.jsonForm ?? .null(.dynamic)
            }
            parts.append((name, value))
        }
        return .object(ValueMap(parts))
    }
}
