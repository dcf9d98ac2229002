import HCL

extension TerragruntScope {
    /// Functions whose result no commit determines, with the reason; none of them is executed.
    static let unknowableFunctions: [String: String] = [
        "run_cmd": "run_cmd, which is never executed",
        "timestamp": "timestamp, which differs at every run",
        "uuid": "uuid, which differs at every run",
        "bcrypt": "bcrypt, which differs at every run",
        "constraint_check": "constraint_check, which is not evaluated from a commit",
        "deep_merge": "deep_merge, which is not evaluated from a commit",
        "get_aws_account_alias": "get_aws_account_alias, which asks a cloud account",
        "get_aws_account_id": "get_aws_account_id, which asks a cloud account",
        "get_aws_caller_identity_arn": "get_aws_caller_identity_arn, which asks a cloud account",
        "get_aws_caller_identity_user_id":
            "get_aws_caller_identity_user_id, which asks a cloud account",
        "get_default_retryable_errors":
            "get_default_retryable_errors, which depends on Terragrunt's version",
        "get_platform": "get_platform, which depends on the machine",
        "get_terraform_cli_args": "get_terraform_cli_args, which depends on the command",
        "get_terraform_command": "get_terraform_command, which depends on the command",
        "get_terraform_commands_that_need_input":
            "a list of commands, which depends on Terragrunt's version",
        "get_terraform_commands_that_need_locking":
            "a list of commands, which depends on Terragrunt's version",
        "get_terraform_commands_that_need_parallelism":
            "a list of commands, which depends on Terragrunt's version",
        "get_terraform_commands_that_need_vars":
            "a list of commands, which depends on Terragrunt's version",
        "get_terragrunt_source_cli_flag":
            "get_terragrunt_source_cli_flag, which depends on the command",
        "get_working_dir": "get_working_dir, which depends on the run",
    ]

    /// A function that gives its reason instead of a result.
    func unknowableFunction(named name: String) -> Function? {
        Self.unknowableFunctions[name].map { Self.unknown(name, because: $0) }
    }

    private static func unknown(_ name: String, because reason: String) -> Function {
        let argument = Function.Parameter(
            "argument", .dynamic, allowsNull: true, unknowns: .all)
        return Function(name, [], variadic: argument) { call throws(Diagnostic) in
            call.unknown(reason)
        }
    }
}
