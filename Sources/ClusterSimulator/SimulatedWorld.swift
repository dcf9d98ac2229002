public import ClusterModel
public import Execution

/// A simulated cluster together with all that a run touches, under a clock that jumps.
public struct SimulatedWorld: Sendable {
    /// The cluster.
    public let cluster: SimulatedCluster

    /// The time.
    public let clock: SimulatedClock

    /// What kills the simulated process.
    public let crashes: CrashSwitch

    /// The Talos API.
    public let talos: SimulatedTalos

    /// What runs in the cluster, for the simulation to look at and to change.
    public let kubernetes: SimulatedKubernetes

    /// The Kubernetes API, as the process uses it.
    public let kubernetesAPI: ProcessKubernetes

    /// The operator's procedure.
    public let stages: SimulatedStages

    /// Kubernetes upgrades.
    public let upgrader: SimulatedUpgrader

    /// The journal, which outlives the process.
    public let journal: MemoryJournal

    /// What nodes were given, which outlives the process too.
    public let ledger: MemoryLedger

    /// What runs had to tell.
    public let observer = RecordingObserver()

    /// What is asked of runs.
    public let supervisor = ScriptedSupervisor()

    /// Creates a world in which every node runs `image`.
    public init(
        seed: UInt64 = 1, controlPlanes: Int = 3, workers: Int = 3, running image: SimulatedImage,
        kubernetes version: Version = Version(1, 34, 1), timing: SimulatedTiming = .virtual,
        bootLoader: SimulatedBootLoader = .systemdBoot, workersAtOnce: Int = 1
    ) {
        let clock = SimulatedClock()
        let crashes = CrashSwitch()
        let cluster = SimulatedCluster(
            seed: seed, controlPlanes: controlPlanes, workers: workers, running: image,
            bootLoader: bootLoader, timing: timing, workersAtOnce: workersAtOnce,
            time: { clock.now })
        let kubernetes = SimulatedKubernetes(now: { clock.now })
        cluster.host(kubernetes, version: version)
        kubernetes.setReplicaSet("app", replicas: workers)
        self.cluster = cluster
        self.clock = clock
        self.crashes = crashes
        self.kubernetes = kubernetes
        kubernetesAPI = ProcessKubernetes(
            kubernetes, in: cluster, clock: clock, crashes: crashes)
        talos = SimulatedTalos(cluster: cluster, clock: clock, crashes: crashes)
        stages = SimulatedStages(registry: cluster.registry, clock: clock, crashes: crashes)
        upgrader = SimulatedUpgrader(clock: clock, crashes: crashes) { version in
            for node in cluster.nodes { kubernetes.setKubeletVersion(version, of: node.name) }
        }
        journal = MemoryJournal(crashes: crashes)
        ledger = MemoryLedger(crashes: crashes)
    }

    /// Creates a world in which every node runs a Talos version without anything added.
    public init(
        seed: UInt64 = 1, controlPlanes: Int = 3, workers: Int = 3, running version: Version,
        timing: SimulatedTiming = .virtual
    ) {
        self.init(
            seed: seed, controlPlanes: controlPlanes, workers: workers,
            running: SimulatedImage(version: version), timing: timing)
    }

    /// Everything that a runner touches.
    public var runWorld: RunWorld {
        RunWorld(
            talos: talos, kubernetes: kubernetesAPI, stages: stages, upgrader: upgrader,
            journal: journal, ledger: ledger, clock: clock, observer: observer,
            supervisor: supervisor,
            snapshotPath: { run, label in "/backups/\(run)-\(label).db" })
    }

    /// Starts the killed process again, some time after it died.
    public func restart(after pause: Duration = .seconds(5)) {
        clock.advance(by: pause)
        crashes.restart()
    }
}
