import ClusterModel
import Crypto

/// Hashes the steps of a plan, of which a large cluster has many thousands.
///
/// Every text goes in with its length before it, so that no two plans give the same bytes. The
/// sentences are left out: they follow from the rest, and better words make no other plan.
struct PlanHasher {
    private var bytes: [UInt8] = []
    private var known: (expectation: NodeExpectation, text: String)?

    /// Begins with a hash of all that is not a step.
    init(after header: String) { add(header) }

    /// The SHA-256 of everything so far, such as `sha256:…`.
    var digest: String { hexadecimal(SHA256.hash(data: bytes)) }

    /// Adds a step.
    mutating func add(_ step: Step) {
        add(step.action.kind)
        add(step.action)
        switch step.target {
        case .cluster(let name): add("cluster", name.text)
        case .node(let name, let role): add("node", name.text, role.rawValue)
        case .each(let role): add("each", role.rawValue)
        }
        add("\(step.gates.count)")
        for gate in step.gates { add(gate.rawValue) }
    }

    private mutating func add(_ action: StepAction) {
        switch action {
        case .stage(let kind, let mode): add(kind.rawValue, mode.rawValue)
        case .etcdSnapshot(let label): add(label)
        case .install(.image(let image), let interface): add("image", image, interface.rawValue)
        case .install(.output(let output), let interface):
            add("output", output.unit, output.name, interface.rawValue)
        case .reboot(let interface, let mode): add(interface.rawValue, mode.rawValue)
        case .verify(let expectation): add(text(of: expectation))
        case .soak(let duration):
            add("\(duration.components.seconds)", "\(duration.components.attoseconds)")
        case .kubernetes(let from, let version, let method):
            add(from.description, version.description, method.rawValue)
        case .imagesCheck, .drain, .uncordon: break
        }
    }

    /// What is expected of one node is mostly what is expected of the one before.
    private mutating func text(of expectation: NodeExpectation) -> String {
        if let known, known.expectation == expectation { return known.text }
        let text = Planning.digest(of: expectation)
        known = (expectation, text)
        return text
    }

    private mutating func add(_ texts: String...) {
        for text in texts {
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: text.utf8.count).littleEndian) {
                bytes.append(contentsOf: $0)
            }
            bytes.append(contentsOf: text.utf8)
        }
    }
}
