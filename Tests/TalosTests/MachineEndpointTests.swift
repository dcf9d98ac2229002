import Testing

@testable import Talos

@Suite("Endpoints of a talosconfig")
struct MachineEndpointTests {
    @Test(
        "Each accepted spelling",
        arguments: [
            ("10.0.0.1", "10.0.0.1", 50000), ("10.0.0.1:6443", "10.0.0.1", 6443),
            ("cp.example.com", "cp.example.com", 50000), ("cp:1", "cp", 1),
            ("[fd00::1]:50001", "fd00::1", 50001), ("[fd00::1]", "fd00::1", 50000),
            ("fd00::1", "fd00::1", 50000), ("https://talos.example.com", "talos.example.com", 443),
            ("https://talos.example.com:8443/", "talos.example.com", 8443),
        ])
    func spelling(text: String, host: String, port: Int) {
        #expect(MachineEndpoint(text) == MachineEndpoint(host: host, port: port))
    }

    @Test(
        "What is no endpoint",
        arguments: [
            "", ":50000", "host:", "host:0", "host:65536", "host:abc", "[fd00::1", "[fd00::1]x",
            "https://host/path", "a b", "[]:1",
        ])
    func refused(text: String) { #expect(MachineEndpoint(text) == nil) }

    @Test("An address is told from a name, since only a name may be sent as server name")
    func family() {
        #expect(MachineEndpoint(host: "10.0.0.1").family == .ipv4)
        #expect(MachineEndpoint(host: "fd00::1").family == .ipv6)
        #expect(MachineEndpoint(host: "talos.default").family == .name)
        #expect("\(MachineEndpoint(host: "fd00::1"))" == "[fd00::1]:50000")
    }

    @Test("The node itself comes first, one that failed comes last")
    func order() {
        let order = EndpointOrder()
        let endpoints = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map { MachineEndpoint(host: $0) }
        let target = CallTarget(name: "cp-2", address: "10.0.0.2")
        func hosts() -> [String] { order.endpoints(endpoints, target).map { $0.host } }
        #expect(hosts() == ["10.0.0.2", "10.0.0.1", "10.0.0.3"])
        order.demote(endpoints[1])
        #expect(hosts() == ["10.0.0.1", "10.0.0.3", "10.0.0.2"])
        order.demote(endpoints[0])
        #expect(hosts() == ["10.0.0.3", "10.0.0.2", "10.0.0.1"])
    }
}
