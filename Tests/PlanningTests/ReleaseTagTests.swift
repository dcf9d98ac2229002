import ClusterModel
import Planning
import Testing

@Suite("Extensions of another release")
struct ReleaseTagTests {
    private func upgraded(_ text: String, from base: String? = nil) -> Decision {
        let old = changing { $0.extensions[.factory] = [image(base ?? text)] }
        let new = changing(desired("1.11.6")) { $0.extensions[.factory] = [image(text)] }
        return decide(input(from: old, to: new))
    }

    @Test(
        "are refused",
        arguments: [
            "siderolabs/thunderbolt:v1.11.5", "siderolabs/zfs:2.3.3-v1.11.5@sha256:aa",
            "siderolabs/nvidia-open-gpu-kernel-modules-lts:535.247.01-v1.10.2",
            "siderolabs/nonfree-kmod-nvidia:535.129.03-v1.7.5", "ghcr.io/example/driver:v1.11.5",
            "ghcr.io/example/driver:3.2-v1.11.5",
        ])
    func mismatch(text: String) {
        let decision = upgraded(text)
        #expect(decision.verdict == .refused)
        #expect(decision.rules == ["extension_release_mismatch"])
    }

    @Test(
        "are not suspected where the tag names the payload",
        arguments: [
            "siderolabs/crun:1.24", "siderolabs/iscsi-tools:v0.2.0",
            "siderolabs/vmtoolsd-guest-agent:v1.4.0", "siderolabs/stargz-snapshotter:v0.17.0",
            "siderolabs/nvidia-container-toolkit-lts:535.247.01-v1.17.8",
            "siderolabs/i915:20250401", "siderolabs/nebula:1.9.6", "siderolabs/youki",
            "siderolabs/ecr-credential-provider:v1.34.0", "siderolabs/zfs:latest",
            "siderolabs/xen-guest-agent:0.4.0-g5c274e6", "ghcr.io/example/frr:v1.10.2",
            "siderolabs/thunderbolt:v1.11.6", "siderolabs/zfs:2.3.3-v1.11.6",
        ])
    func payload(text: String) {
        #expect(upgraded(text).verdict == .run)
    }

    @Test("are known by having followed Talos before")
    func followed() {
        let target = "ghcr.io/example/driver:v1.12.0"
        #expect(
            upgraded(target, from: "ghcr.io/example/driver:v1.11.5").rules
                == ["extension_release_mismatch"])
        #expect(
            upgraded("ghcr.io/example/driver:v1.11.6", from: "ghcr.io/example/driver:v1.11.5")
                .verdict == .run)
    }

    @Test("are left alone where the pair ran before")
    func proven() {
        let old = changing { $0.extensions[.factory] = [image("siderolabs/thunderbolt:v1.11.4")] }
        let arguments = changing(old) { $0.kernelArguments.append("x=1") }
        #expect(decide(input(from: old, to: arguments)).verdict == .run)
        let raised = changing(old) { $0.talosVersion = v("1.11.6") }
        var back = input(from: raised, to: old)
        back.history = [
            RevisionState(revision: commit(1), desired: raised),
            RevisionState(revision: commit(0), desired: old),
        ]
        #expect(decide(back).verdict == .run)
    }
}
