import ClusterModel
import Crypto
import Foundation
import Planning

/// Prints how long decisions take by the number of nodes, beside a baseline of the same run.
///
/// The baseline is what a plan of that size costs to encode and hash once as JSON, which a plan
/// with a digest could do in one line. Fails where a thousand nodes take longer than the limit.
@main
enum PlanBench {
    private static let limit = 10.0

    static func main() {
        print("milliseconds of processor time, the shortest of many runs\n")
        print("change             nodes   steps    decide      JSON and hash of the plan")
        var isSlow = false
        for (name, from, to) in [
            ("nothing", "1.11.5", "1.11.5"), ("Talos, one minor", "1.11.5", "1.12.1"),
            ("Talos, two minors", "1.11.5", "1.13.9"), ("rollback", "1.12.1", "1.11.5"),
        ] {
            for nodes in [10, 100, 1_000, 10_000] {
                let input = Fleet.input(nodes: nodes, from: from, to: to)
                let plan = decide(input).plan
                let time = milliseconds { _ = decide(input) }
                let baseline = plan.map { plan in milliseconds { _ = hash(of: plan) } }
                print(
                    name.padding(toLength: 17, withPad: " ", startingAt: 0),
                    column("\(nodes)", 6), column("\(plan?.steps.count ?? 0)", 7),
                    column(text(time), 9), column(baseline.map(text) ?? "-", 12))
                if nodes == 1_000, time > limit { isSlow = true }
            }
        }
        guard !isSlow else {
            print("\nA thousand nodes take longer than \(limit) ms.")
            exit(1)
        }
        print("\nA thousand nodes take less than \(limit) ms.")
    }

    private static func hash(of plan: Plan) -> SHA256.Digest? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(plan)).map { SHA256.hash(data: $0) }
    }

    /// The shortest of the runs that fit into half a second, five at least.
    private static func milliseconds(_ work: () -> Void) -> Double {
        var (best, total, runs) = (Double.infinity, 0.0, 0)
        while runs < 5 || total < 500 {
            let start = processorTime
            work()
            let time = processorTime - start
            best = min(best, time)
            total += time
            runs += 1
        }
        return best
    }

    private static var processorTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
    }

    private static func text(_ time: Double) -> String { String(format: "%.3f", time) }

    private static func column(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

/// Clusters of any size that run one state and are asked for another.
private enum Fleet {
    static func input(nodes: Int, from: String, to: String) -> PlanningInput {
        let (base, target) = (state(from), state(to))
        var definition = ClusterDefinition(
            name: ClusterName("sol"), versions: "versions.hcl", schematic: "schematic.hcl")
        definition.installer = .image(template: "ghcr.io/example/installer:${talos_version}")
        var input = PlanningInput(
            definition: definition, base: revision("a", base), target: revision("b", target),
            history: [revision("a", base), revision("c", target)])
        let names = (0..<nodes).map { NodeName("node-\(100_000 + $0)") }
        input.observed = ObservedState(
            nodes: names.enumerated().map { node($1, isControlPlane: $0 < 3, running: base) },
            etcd: EtcdState(
                members: names.prefix(3).enumerated().map {
                    EtcdMember(name: $1, isHealthy: true, isLeader: $0 == 1)
                }))
        input.installedKeys = Dictionary(
            uniqueKeysWithValues: names.map { ($0, base.imageKey) })
        return input
    }

    private static func state(_ talos: String) -> DesiredState {
        var state = DesiredState(
            talosVersion: Version(talos) ?? Version(1, 0, 0), kubernetesVersion: Version(1, 33, 4))
        state.kernelArguments = ["net.ifnames=0", "quiet", "console=ttyS1", "x=1"]
        state.extensions[.system] = ["crun", "i915", "qemu-guest-agent", "gvisor"].map {
            ImageReference(name: "ghcr.io/siderolabs/\($0)", tag: "1", digest: "sha256:aa")
        }
        return state
    }

    private static func revision(_ digit: String, _ state: DesiredState) -> RevisionState {
        guard let revision = Revision(String(repeating: digit, count: 40)) else {
            preconditionFailure("\(digit) is no hexadecimal digit.")
        }
        return RevisionState(revision: revision, desired: state)
    }

    private static func node(
        _ name: NodeName, isControlPlane: Bool, running state: DesiredState
    ) -> ObservedNode {
        ObservedNode(
            name: name, role: isControlPlane ? .controlPlane : .worker,
            system: NodeSystem(
                version: state.talosVersion, bootID: "boot", stage: "running", isReady: true,
                extensions: state.allExtensions.map {
                    InstalledExtension(name: $0.shortName, version: "1")
                },
                kernelArguments: state.kernelArguments, bootedSlot: "A"),
            kubernetes: KubernetesNode(isReady: true, kubeletVersion: state.kubernetesVersion))
    }
}
