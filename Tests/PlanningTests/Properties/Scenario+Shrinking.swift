import ClusterModel
import Planning

extension Scenario {
    /// Scenarios that are a little simpler, the boldest first.
    var simpler: [Scenario] {
        var list: [Scenario] = []
        for name in world.machines.keys.sorted(by: >) where world.machines.count > 1 {
            list.append(without(name))
        }
        list += [
            changed { $0.attempted = nil }, changed { $0.earlier = nil },
            changed { $0.ownNode = nil }, changed { $0.order = .auto },
            changed { $0.isBuilt = false }, changed { $0.hasTemplate = false },
            changed { $0.world.sickMembers = [] }, changed { $0.world.alarms = [] },
            changed { $0.world.learners = [] },
        ]
        if let base { list += fields(of: base) + healed(to: base) }
        return list.filter { $0 != self && !$0.world.controlPlanes.isEmpty }
    }

    /// The smallest scenario on this way that still violates what `check` requires.
    func shrunk(by check: (Scenario) throws -> Void) -> (scenario: Scenario, violation: Violation)?
    {
        guard var violation = Scenario.violation(of: self, check) else { return nil }
        var smallest = self
        var isDone = false
        while !isDone {
            isDone = true
            for candidate in smallest.simpler {
                guard let found = Scenario.violation(of: candidate, check) else { continue }
                (smallest, violation, isDone) = (candidate, found, false)
                break
            }
        }
        return (smallest, violation)
    }

    private static func violation(
        of scenario: Scenario, _ check: (Scenario) throws -> Void
    ) -> Violation? {
        do {
            try check(scenario)
            return nil
        } catch {
            return error as? Violation ?? Violation("\(error)")
        }
    }

    private func changed(_ change: (inout Scenario) -> Void) -> Scenario {
        var scenario = self
        change(&scenario)
        return scenario
    }

    private func without(_ name: String) -> Scenario {
        changed { scenario in
            scenario.world.machines[name] = nil
            scenario.world.sickMembers.remove(name)
            scenario.world.learners.remove(name)
            if scenario.ownNode == name { scenario.ownNode = nil }
            if scenario.world.leader == name {
                scenario.world.leader = scenario.world.controlPlanes.keys.min()
            }
        }
    }

    /// The same commit with one field less changed.
    private func fields(of base: DesiredState) -> [Scenario] {
        let resets: [(inout DesiredState) -> Void] = [
            { $0.talosVersion = base.talosVersion },
            { $0.kubernetesVersion = base.kubernetesVersion },
            { $0.kernelArguments = base.kernelArguments }, { $0.extensions = base.extensions },
            { $0.machineConfigInputs = base.machineConfigInputs },
            { $0.imageInputs = base.imageInputs },
            { $0.providerVersions = base.providerVersions },
        ]
        return resets.map { reset in changed { reset(&$0.target) } }
    }

    /// The same cluster with one node as the base says.
    private func healed(to base: DesiredState) -> [Scenario] {
        let fresh = World(base, controlPlanes: 1, workers: 1).machines
        return world.machines.keys.sorted().compactMap { name in
            let role = world.machines[name]?.role
            guard var machine = fresh.values.first(where: { $0.role == role }) else { return nil }
            machine.key = world.machines[name]?.key == nil ? nil : machine.key
            return changed { $0.world.machines[name] = machine }
        }
    }
}
