import GRPCCore
import GRPCNIOTransportHTTP2Posix
import TalosMessages

/// A node that a call is meant for.
struct CallTarget: Hashable, Sendable {
    /// What messages call it.
    var name: String

    /// The address that an endpoint passes the call on to; `nil` lets the endpoint answer itself.
    var address: String?

    /// Whichever endpoint answers.
    static let anyEndpoint = CallTarget(name: "any endpoint", address: nil)
}

/// A connection together with what has to be sent along to reach one node.
struct MachineCall: Sendable {
    private let client: MachineClient

    /// The endpoint that the connection leads to.
    let endpoint: MachineEndpoint

    /// Names the node, where an endpoint has to pass the call on.
    let metadata: Metadata

    /// The time limit and the size limit.
    let options: CallOptions

    init(
        client: MachineClient, endpoint: MachineEndpoint, target: CallTarget, timeout: Duration
    ) {
        self.client = client
        self.endpoint = endpoint
        var metadata: Metadata = [:]
        if let address = target.address { metadata.addString(address, forKey: "node") }
        self.metadata = metadata
        var options = CallOptions.defaults
        options.timeout = timeout
        // What Talos allows. The transport takes its limit for replies from the field for requests.
        options.maxRequestMessageBytes = 32 << 20
        options.maxResponseMessageBytes = 32 << 20
        self.options = options
    }

    var machine: Machine_MachineService.Client<HTTP2ClientTransport.Posix> {
        .init(wrapping: client)
    }

    var images: Machine_ImageService.Client<HTTP2ClientTransport.Posix> { .init(wrapping: client) }

    var lifecycle: Machine_LifecycleService.Client<HTTP2ClientTransport.Posix> {
        .init(wrapping: client)
    }

    var state: Cosi_Resource_State.Client<HTTP2ClientTransport.Posix> { .init(wrapping: client) }
}
