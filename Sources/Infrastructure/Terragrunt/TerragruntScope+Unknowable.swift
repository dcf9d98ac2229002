import HCL

extension TerragruntScope {
    /// Functions whose result no commit determines, with the reason; none of them is executed.
    static let unknowableFunctions: [String: String] = [
        "timestamp": "timestamp, which differs at every run",
        "uuid": "uuid, which differs at every run",
        "bcrypt": "bcrypt, which differs at every run",
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
        "get_terragrunt_source_cli_flag":
            "get_terragrunt_source_cli_flag, which depends on the command",
        "get_working_dir": "get_working_dir, which depends on the run",
    ]

    /// A function that gives its reason instead of a result.
    func unknowableFunction(named name: String) -> Function? {
        Self.unknowableFunctions[name].map { reason in
            Function(name, [], variadic: Self.anyParameter) { call in call.unknown(reason) }
        }
    }
}
