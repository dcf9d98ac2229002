/// A page of metrics in Prometheus's text format, version 0.0.4.
///
/// Source of the format: https://prometheus.io/docs/instrumenting/exposition_formats
public struct MetricsPage: Hashable, Sendable {
    /// What a server calls the page.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// How the values of a family behave.
    public enum Kind: String, Hashable, Sendable {
        /// Only grows while the process lives.
        case counter

        /// Goes up and down.
        case gauge
    }

    /// One value, and what it is the value of.
    public struct Sample: Hashable, Sendable {
        /// The names and values of its labels, in the order in which they are written.
        public var labels: [Label]
        /// The value, in base units.
        public var value: Double

        /// Creates a sample.
        public init(_ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
            self.value = value
            self.labels = labels.map { Label(name: $0.key, value: $0.value) }
        }
    }

    /// A name and a value that tell a sample from others of its family.
    public struct Label: Hashable, Sendable {
        /// The name: letters, digits and underscores.
        public var name: String
        /// The value: any text.
        public var value: String
    }

    /// Values of one name.
    public struct Family: Hashable, Sendable {
        /// The name, which ends in its unit, and in `_total` for a counter.
        public var name: String
        /// How its values behave.
        public var kind: Kind
        /// What it says, in one sentence.
        public var help: String
        /// The values; a family without any is left out of the page.
        public var samples: [Sample]

        /// Creates a family.
        public init(_ name: String, _ kind: Kind, help: String, _ samples: [Sample]) {
            self.name = name
            self.kind = kind
            self.help = help
            self.samples = samples
        }
    }

    /// The families, in the order in which they are written.
    public var families: [Family]

    /// Creates a page.
    public init(_ families: [Family]) { self.families = families }

    /// The page as it is sent.
    public var text: String {
        families.filter { !$0.samples.isEmpty }.map(\.text).joined()
    }
}

extension MetricsPage.Family {
    fileprivate var text: String {
        let help = escaped(help, quotes: false)
        let head = "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        return samples.reduce(into: head) { $0 += "\(name)\($1.labelText) \($1.valueText)\n" }
    }
}

extension MetricsPage.Sample {
    fileprivate var labelText: String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    fileprivate var valueText: String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}

/// Help escapes backslashes and line ends, the value of a label its quotes as well.
private func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\\": result += #"\\"#
        case "\n": result += #"\n"#
        case "\"" where quotes: result += #"\""#
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
