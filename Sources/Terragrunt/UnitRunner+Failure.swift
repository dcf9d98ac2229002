import ClusterModel
import Execution

extension UnitRunner {
    /// Says why a command failed, and whether time can help.
    func failure(_ action: TerragruntAction, _ call: Call) -> StageError {
        let what = "`\(action.name)` of the unit \(unit)"
        if let lock = StateLock(in: call.log.tail) {
            return StageError(
                "\(what) found the state locked \(lock.holder), after "
                    + "\(workspace.settings.lockTimeout) s of waiting.",
                hint: "Wait for the holder. If it is gone for good, run `terragrunt run -- "
                    + "force-unlock \(lock.id)` in the unit; uprev never breaks a lock.",
                disposition: .waiting)
        }
        if call.log.tail.contains(where: { $0.contains("Saved plan is stale") }) {
            return StageError(
                "\(what) was refused, since the state changed after the plan was made.",
                hint: "Find out who else applies this unit; the next try plans again.",
                disposition: .waiting)
        }
        let complaint = call.log.complaint.map { ": \($0)" } ?? "."
        return StageError(
            "\(what) \(call.result.sentence)\(complaint)",
            hint:
                "The stage's output above says more; `terragrunt run -- \(action.name)` in the unit "
                + "repeats it by hand.")
    }
}
