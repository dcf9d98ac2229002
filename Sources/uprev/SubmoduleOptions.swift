import ArgumentParser

/// Whether stages find the submodules of a commit.
struct SubmoduleOptions: ParsableArguments {
    @Flag(help: "Let stages find the commit's submodules, from the repository's own host only.")
    var submodules = false

    /// Whether the flag or its environment variable says so; throws `ValidationError`.
    func areFetched() throws -> Bool {
        switch fromEnvironment("UPREV_SUBMODULES")?.lowercased() {
        case "true", "yes", "1": return true
        case nil, "false", "no", "0": return submodules
        case let text?:
            throw ValidationError("UPREV_SUBMODULES is '\(text)'; it can be true or false.")
        }
    }
}
