import ClusterModel

extension ClusterState {
    /// Starts `MachineService.Upgrade`; returns the sequence's actor.
    ///
    /// A node that is busy says yes as well, and only its events tell of it (facts 4.1).
    mutating func startUpgrade(
        _ index: Int, to image: SimulatedImage, isDrained: Bool?
    ) -> String {
        let actor = generator.identifier()
        if strikesIgnored(index) { return actor }
        guard [.running, .booting].contains(nodes[index].activity) else {
            nodes[index].events.append(.sequenceLocked("upgrade"))
            return actor
        }
        judgeInstall(index, isDrained: isDrained)
        judgeReboot(index, isDrained: isDrained)
        nodes[index].awaySince = nodes[index].awaySince ?? now
        nodes[index].actor = actor
        nodes[index].upgradeImage = image
        nodes[index].events.append(.sequenceStart("upgrade"), actor: actor)
        nodes[index].events.append(.phaseStart("drain"), actor: actor)
        enter(.draining, index, for: timing.drain)
        return actor
    }

    private mutating func strikesIgnored(_ index: Int) -> Bool {
        faults.strike(
            nodes[index].name, chance: 0, random: .ignoredInstall, from: &generator
        ) { $0 == .ignoredInstall } != nil
    }

    /// The drain is over, whether it succeeded or not; services stop and the installer runs.
    mutating func stopForUpgrade(_ index: Int) {
        let actor = nodes[index].actor
        nodes[index].events.append(.phaseStop("drain"), actor: actor)
        nodes[index].events.append(.phaseStart("stopServices"), actor: actor)
        stopServices(index, byUs: true)
        nodes[index].events.append(.phaseStart("upgrade"), actor: actor)
        enter(.upgrading, index, for: vary(timing.install))
    }

    /// The installer of `MachineService.Upgrade` is done: reboot, or pause and reboot.
    mutating func finishUpgrade(_ index: Int) {
        guard let image = nodes[index].upgradeImage else { return }
        let result = runInstaller(image, on: index)
        nodes[index].lastInstall = result
        let actor = nodes[index].actor
        guard result.exitCode == 0 else {
            nodes[index].events.append(
                .sequenceFatal(
                    "upgrade",
                    reason: "task 1/1: failed, installer exited with code \(result.exitCode)"),
                actor: actor)
            return enter(.failing, index, for: timing.failurePause)
        }
        nodes[index].events.append(.phaseStop("upgrade"), actor: actor)
        write(image, on: index)
        shutDown(index)
    }

    /// Starts the installer of `LifecycleService.Upgrade`; the node runs on meanwhile.
    mutating func startInstaller(_ image: SimulatedImage, on index: Int, isDrained: Bool?) {
        judgeInstall(index, isDrained: isDrained)
        let result = runInstaller(image, on: index)
        nodes[index].lastInstall = result
        nodes[index].installer = RunningInstaller(
            image: image, end: now + vary(timing.install), exitCode: result.exitCode)
    }

    /// The installer of `LifecycleService.Upgrade` is done, whether anybody still listens or not.
    mutating func finishInstaller(_ index: Int) {
        guard let installer = nodes[index].installer else { return }
        nodes[index].installer = nil
        if installer.exitCode == 0 { write(installer.image, on: index) }
    }

    /// How the installer goes; it writes nothing when its exit code is not zero.
    private mutating func runInstaller(
        _ image: SimulatedImage, on index: Int
    ) -> InstallerResult {
        var lines = ["running Talos installer \(image.version)"]
        let host = nodes[index].booted.image.version
        if let reason = incompatibility(of: image.version, with: host) {
            return InstallerResult(
                exitCode: 1, lines: lines + ["error: pre-flight checks failed: \(reason)"])
        }
        let fault = faults.strike(
            nodes[index].name, chance: faults.rates.installFails, random: .installExitCode(1),
            from: &generator
        ) { if case .installExitCode = $0 { true } else { false } }
        if case .installExitCode(let code) = fault {
            return InstallerResult(
                exitCode: code, lines: lines + ["error: no space left on device"])
        }
        lines += ["installing Talos to disk", "installation of \(image.version) complete"]
        return InstallerResult(exitCode: 0, lines: lines)
    }

    /// What the target's installer says of the host's version (facts 7): two minors up or one down
    /// are accepted.
    private func incompatibility(of target: Version, with host: Version) -> String? {
        let range = (target.minor - 2)..<(target.minor + 2)
        guard host.major == target.major, range.contains(host.minor) else {
            return "upgrading from \(host) to \(target) is not supported"
        }
        return nil
    }

    /// Writes the slot that is not the default, and makes it the default.
    ///
    /// After one boot that is the slot which does not run. Without a boot it is the one that runs.
    private mutating func write(_ image: SimulatedImage, on index: Int) {
        let node = nodes[index]
        var entry = "Talos-\(image.version).efi"
        if node.slots[node.defaultSlot]?.entry == entry { entry = "Talos-\(image.version)~1.efi" }
        nodes[index].slots[node.defaultSlot.other] = WrittenSystem(image: image, entry: entry)
        nodes[index].fallbackSlot = node.defaultSlot
        nodes[index].defaultSlot = node.defaultSlot.other
        nodes[index].hasUnbootedInstall = true
        nodes[index].installs += 1
    }
}
