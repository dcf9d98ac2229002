/// Functions that read and write YAML.
enum YAMLFunctions {
    static let all: [StandardFunction] = [
        .init("yamldecode", [.text("src")], decode),
        .init("yamlencode", [.init("value", .dynamic, allowsNull: true)], result: .string) {
            call throws(Diagnostic) in
            let text = YAMLWriter.text(of: call.arguments[0], mostBytes: call.budget.remaining)
            guard let text else {
                try call.charge(.max)
                return call.unknown("yamlencode of a value that takes too much work")
            }
            return try call.result(text)
        },
    ]

    /// What versions of the reference implementation read differently gives an unknown value.
    @Sendable
    private static func decode(_ call: Call) throws(Diagnostic) -> Value {
        try call.charge(4 * call.text(0).utf8.count)
        do throws(YAMLFailure) {
            let (value, used) = try YAMLReader.value(
                of: call.text(0), work: call.budget.remaining)
            try? call.charge(used)
            return value
        } catch {
            switch error {
            case .error(let problem): throw call.failure(problem)
            case .doubt(let construct):
                return call.unknown("yamldecode of YAML with \(construct)")
            case .exhausted:
                try call.charge(.max)
                return call.unknown("yamldecode of YAML that takes too much work")
            }
        }
    }
}
