import ClusterModel
import ClusterSimulator
import Execution
import Planning
import Testing

/// Kills the process at every point at which it has an effect, restarts it, and checks that the
/// cluster never noticed.
@Suite("Crash at every effect")
struct CrashTests {
    struct Upgrade: Sendable, CustomTestStringConvertible {
        let old: Version
        let new: Version

        var testDescription: String { "\(old) to \(new)" }
    }

    /// One upgrade for each of Talos' two interfaces.
    static let upgrades = [
        Upgrade(old: Version(1, 12, 0), new: Version(1, 12, 1)),
        Upgrade(old: Version(1, 13, 0), new: Version(1, 13, 1)),
    ]

    @Test("A run that is not disturbed upgrades each node once", arguments: upgrades)
    func undisturbed(upgrade: Upgrade) async throws {
        let world = try SimulatedWorld.building(upgrade.new, running: upgrade.old)
        let plan = try await SamplePlan.plan(from: upgrade.old, to: upgrade.new, in: world)
        #expect(try await world.runThroughCrashes(plan) == .succeeded)
        #expect(try await world.faults(expecting: upgrade.new) == [])
        #expect(world.observer.events.filter { $0.kind == .nodeProven }.count == 5)
    }

    @Test(
        "A run that is killed at any one point still upgrades each node once", arguments: upgrades)
    func killedOnce(upgrade: Upgrade) async throws {
        let points = try await pointsOfUndisturbedRun(upgrade)
        #expect(points > 60)
        for point in 1...points {
            let world = try SimulatedWorld.building(upgrade.new, running: upgrade.old)
            let plan = try await SamplePlan.plan(from: upgrade.old, to: upgrade.new, in: world)
            world.crashes.arm(at: point)
            let outcome = try await world.runThroughCrashes(plan)
            let faults = try await world.faults(expecting: upgrade.new)
            #expect(outcome == .succeeded, "killed at point \(point)")
            #expect(faults == [], "killed at point \(point)")
        }
    }

    @Test("A run that is killed twice in a row still upgrades each node once", arguments: upgrades)
    func killedTwice(upgrade: Upgrade) async throws {
        let points = try await pointsOfUndisturbedRun(upgrade)
        for point in stride(from: 1, through: points, by: 3) {
            let world = try SimulatedWorld.building(upgrade.new, running: upgrade.old)
            let plan = try await SamplePlan.plan(from: upgrade.old, to: upgrade.new, in: world)
            let run = RunID(cluster: SamplePlan.cluster, number: 1)
            world.crashes.arm(at: point)
            await #expect(throws: SimulatedCrash.self) {
                try await Runner(in: world.runWorld).run(
                    plan, of: SamplePlan.definition(), as: run)
            }
            world.restart()
            world.crashes.arm(at: 2)
            #expect(try await world.runThroughCrashes(plan) == .succeeded, "killed at \(point)")
            #expect(try await world.faults(expecting: upgrade.new) == [], "killed at \(point)")
        }
    }

    private func pointsOfUndisturbedRun(_ upgrade: Upgrade) async throws -> Int {
        let world = try SimulatedWorld.building(upgrade.new, running: upgrade.old)
        let plan = try await SamplePlan.plan(from: upgrade.old, to: upgrade.new, in: world)
        let before = world.crashes.passed.count
        _ = try await world.runThroughCrashes(plan)
        return world.crashes.passed.count - before
    }
}
