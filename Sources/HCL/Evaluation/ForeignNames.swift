/// Names that mean something elsewhere, so that a hint can say why they mean nothing here.
enum ForeignNames {
    /// A hint for a variable that only Terraform's own files have.
    static func hint(forVariable name: String) -> String? {
        switch name {
        case "var", "data", "module", "resource", "each", "count", "self", "path", "terraform":
            "\"\(name)\" exists only in Terraform's own files; here use local, dependency, "
                + "get_env() or a path function such as get_terragrunt_dir()."
        case "locals": "Write local.NAME; only the block is called locals."
        case "dependencies": "Write dependency.NAME; the block dependencies has no values."
        case "inputs": "Inputs cannot be used here; put the value into a local and use that."
        case "True", "TRUE", "yes", "on", "False", "FALSE", "no", "off":
            "Write true or false, or put text in quotes."
        case "None", "nil", "NULL", "undefined": "Write null."
        default: nil
        }
    }

    /// A hint for a function that Terraform has got since, or calls otherwise.
    static func hint(forFunction name: String) -> String? {
        switch name {
        case "templatestring", "issensitive", "ephemeralasnull", "cidrcontains", "urldecode",
            "base64gunzip", "plantimestamp", "terraform_applying":
            "Newer Terraform or OpenTofu has it; Terragrunt's configuration language does not."
        case "list": "Write [ … ] for a list."
        case "map", "dict": "Write { … } for a map."
        case "len": "Write length( … )."
        case "env", "getenv": "Write get_env(NAME, DEFAULT)."
        case "include", "import", "load", "read_config": "Write read_terragrunt_config(PATH)."
        case "if": "Write CONDITION ? VALUE : OTHER."
        case _ where name.contains("::"): "Functions of providers exist only in Terraform's files."
        default: nil
        }
    }
}
