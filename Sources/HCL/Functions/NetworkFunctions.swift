/// Functions of network addresses.
enum NetworkFunctions {
    static let all: [StandardFunction] = [
        .init("cidrhost", [.text("prefix"), .number("hostnum")], result: .string, host),
        .init("cidrnetmask", [.text("prefix")], result: .string) { call throws(Diagnostic) in
            let prefix = try prefix(call)
            return .string(NetworkAddress(bits: prefix.mask, size: prefix.address.size).description)
        },
        .init(
            "cidrsubnet", [.text("prefix"), .number("newbits"), .number("netnum")],
            result: .string, subnet),
        .init(
            "cidrsubnets", [.text("prefix")], variadic: .number("newbits"),
            result: .list(.string), subnets),
    ]

    private static func prefix(_ call: Call) throws(Diagnostic) -> NetworkPrefix {
        guard let prefix = NetworkPrefix(call.text(0)) else {
            throw call.failure("the prefix is not one of addresses such as 10.0.0.0/8")
        }
        return prefix
    }

    /// A whole number of any size as sign and magnitude.
    private static func number(
        _ call: Call, _ index: Int
    ) throws(Diagnostic) -> (isNegative: Bool, magnitude: UInt128) {
        let number = call.number(index)
        guard number.isInteger else { throw call.failure("a whole number is required") }
        let digits = number.description.drop { $0 == "-" }
        guard let magnitude = UInt128(digits) else {
            throw call.failure("there is no room for so large a number")
        }
        return (number.isNegative && magnitude != 0, magnitude)
    }

    /// Negative numbers count from the end of the range.
    @Sendable
    private static func host(_ call: Call) throws(Diagnostic) -> Value {
        let number = try number(call, 1)
        let prefix = try prefix(call)
        let largest = prefix.last & ~prefix.mask
        let offset = number.isNegative ? number.magnitude - 1 : number.magnitude
        // The reference implementation compares 64 bits with a sign.
        let isLowNegative = !number.isNegative && number.magnitude >> 63 & 1 == 1
        let compared = number.isNegative ? offset : offset & UInt128(UInt64.max)
        let host = number.isNegative ? largest &- offset : offset
        let size = prefix.address.size
        let shift = prefix.address.isMapped ? 96 : 0
        guard isLowNegative || compared <= largest,
            let bits = inserted((false, host), at: shift, into: prefix.address)
        else {
            throw call.failure(
                "the prefix has no room for a host of that number")
        }
        return .string(NetworkAddress(bits: bits, size: size).description)
    }

    @Sendable
    private static func subnet(_ call: Call) throws(Diagnostic) -> Value {
        let newBits = try wholeNumber(call, 1)
        let number = try number(call, 2)
        let prefix = try prefix(call)
        guard (-prefix.length...prefix.hostSize).contains(newBits) else {
            throw call.failure("the prefix cannot be extended by that many bits")
        }
        let length = prefix.length + newBits
        // The reference implementation compares in 64 bits and lets negative numbers pass.
        let room = (0..<64).contains(newBits) ? UInt128(1) << UInt128(newBits) - 1 : .max
        let size = prefix.address.size
        guard number.magnitude & UInt128(UInt64.max) <= room,
            let bits = inserted(number, at: size - length, into: prefix.address)
        else {
            throw call.failure("the extension has no room for a subnet of that number")
        }
        let address = NetworkAddress(bits: bits, size: size)
        return .string("\(address)/\(address.isMapped ? max(0, length - 96) : length)")
    }

    /// An address with the bits of a shifted number; nothing when the result is no address.
    private static func inserted(
        _ number: (isNegative: Bool, magnitude: UInt128), at shift: Int,
        into address: NetworkAddress
    ) -> UInt128? {
        let all = NetworkAddress.mask(address.size, size: address.size)
        let shifted = number.magnitude << UInt128(shift)
        guard
            number.magnitude == 0 || (shift < 128 && shifted >> UInt128(shift) == number.magnitude)
        else { return nil }
        if !number.isNegative { return shifted <= all ? address.bits | shifted : nil }
        let magnitude = 0 &- (address.bits | (0 &- shifted))
        return magnitude <= all ? magnitude : nil
    }

    private static func wholeNumber(_ call: Call, _ index: Int) throws(Diagnostic) -> Int {
        guard let number = call.number(index).integer else {
            throw call.failure("a whole number is required")
        }
        return number
    }

    private static let workForSubnet = 50

    /// Subnets one after another, each at the first place that suits its length.
    @Sendable
    private static func subnets(_ call: Call) throws(Diagnostic) -> Value {
        guard let prefix = NetworkPrefix(call.text(0)) else {
            throw call.failure(argument: 0, "it is not a prefix of addresses such as 10.0.0.0/8")
        }
        var subnets: [Value] = []
        var previous: UInt128?
        for index in call.arguments.indices.dropFirst() {
            let newBits = try call.integer(index)
            guard (1...32).contains(newBits), newBits <= prefix.hostSize else {
                throw call.failure(
                    argument: index,
                    "the prefix cannot be extended by that many bits here")
            }
            try call.charge(workForSubnet)
            let length = prefix.length + newBits
            guard let first = nextSubnet(of: prefix, length: length, after: previous) else {
                throw call.failure(
                    argument: index, "there is no room left for a subnet of that size")
            }
            let subnet = NetworkPrefix(
                address: NetworkAddress(bits: first, size: prefix.address.size), length: length)
            previous = subnet.last
            subnets.append(.string(subnet.description))
        }
        return .list(.string, ValueList(subnets))
    }

    /// The first address of a subnet after an address, or at the beginning of the range.
    private static func nextSubnet(
        of prefix: NetworkPrefix, length: Int, after previous: UInt128?
    ) -> UInt128? {
        guard let previous else {
            // The reference implementation looks for the first one after the address before,
            // and mixes up the sizes of addresses of version 4 in the form of version 6.
            let hasAddressBefore = prefix.address.bits != 0 && !prefix.address.isMapped
            return hasAddressBefore ? prefix.address.bits : nil
        }
        let size = prefix.address.size
        let step = NetworkPrefix(
            address: NetworkAddress(bits: previous, size: size), length: length)
        let (next, overflow) = step.last.addingReportingOverflow(1)
        let fits = !overflow && next <= NetworkAddress.mask(size, size: size)
        return fits && prefix.contains(next) ? next : nil
    }
}
