import ClusterModel
import Execution
import Testing

@testable import Terragrunt

@Suite("Terragrunt versions and command lines")
struct TerragruntVersionTests {
    @Test(
        "Releases 0.90 to 1.1 are taken",
        arguments: [
            ("terragrunt version v0.93.8\n", Version(0, 93, 8)),
            ("terragrunt version 0.90.0", Version(0, 90, 0)),
            ("Terragrunt version v1.1.3", Version(1, 1, 3)),
            ("warning: old config\nterragrunt version v1.0.0-rc1\n", Version("1.0.0-rc1")),
        ])
    func known(printed: String, version: Version?) throws {
        #expect(try TerragruntVersion(printed: printed).version == version)
    }

    @Test(
        "Older and newer releases are refused with what to do",
        arguments: [
            ("terragrunt version v0.89.4", "older", "0.90"),
            ("terragrunt version v0.90.0-beta1", "older", "0.90"),
            ("terragrunt version v1.2.0", "newer", "1.1"),
            ("terragrunt version v2.0.0", "newer", "1.1"),
            ("command not found", "names no version", "terragrunt"),
        ])
    func refused(printed: String, word: String, hint: String) throws {
        let error = try #require(throws: StageError.self) {
            _ = try TerragruntVersion(printed: printed)
        }
        #expect(error.description.contains(word))
        #expect(error.hint.contains(hint))
        #expect(error.disposition == .stalled)
    }

    private func line(
        _ action: TerragruntAction, _ version: String, parallelism: Int? = nil
    ) throws -> String {
        let arguments = TerragruntArguments(
            version: try TerragruntVersion(printed: "terragrunt version v\(version)"),
            lockTimeout: 60, parallelism: parallelism)
        return arguments(action, in: "/c/unit", report: "/p/report.json").joined(separator: " ")
    }

    @Test("Before 1.0 the unit is the current folder, and there is no report")
    func before() throws {
        let run = "run --non-interactive --no-color --log-level info"
        #expect(
            try line(.initialize(upgrade: false), "0.90.0")
                == "\(run) --tf-forward-stdout -- init -input=false -no-color -lock-timeout=60s")
        #expect(
            try line(.plan(file: "/p/a.tfplan"), "0.93.8")
                == "\(run) --tf-forward-stdout -- plan -input=false -no-color -detailed-exitcode "
                + "-lock-timeout=60s -out=/p/a.tfplan")
        #expect(
            try line(.apply(file: "/p/a.tfplan"), "0.99.5")
                == "\(run) --tf-forward-stdout --no-auto-retry -- apply -input=false -no-color "
                + "-lock-timeout=60s /p/a.tfplan")
        #expect(try line(.show(file: "/p/a"), "0.93.8") == "\(run) -- show -json /p/a")
        #expect(try line(.output, "0.93.8") == "\(run) -- output -json")
    }

    @Test("From 1.0 the unit is named, and a report is written for what changes something")
    func after() throws {
        let run = "run --non-interactive --no-color --log-level info --working-dir /c/unit"
        let report = "--report-file /p/report.json --report-format json"
        #expect(
            try line(.plan(file: "/p/a"), "1.0.0", parallelism: 1)
                == "\(run) --tf-forward-stdout \(report) -- plan -input=false -no-color "
                + "-detailed-exitcode -lock-timeout=60s -parallelism=1 -out=/p/a")
        #expect(
            try line(.apply(file: "/p/a"), "1.1.3", parallelism: 1)
                == "\(run) --tf-forward-stdout --no-auto-retry \(report) -- apply -input=false "
                + "-no-color -lock-timeout=60s -parallelism=1 /p/a")
        #expect(
            try line(.initialize(upgrade: true), "1.1.3")
                == "\(run) --tf-forward-stdout \(report) -- init -input=false -no-color "
                + "-lock-timeout=60s -upgrade")
        #expect(try line(.output, "1.1.3") == "\(run) -- output -json")
    }
}
