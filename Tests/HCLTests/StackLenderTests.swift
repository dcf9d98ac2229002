import Testing

@testable import HCL

@Suite("Deep recursion")
struct StackLenderTests {
    private static let descents = 300

    /// A list of elements that are each deep, inside other lists.
    private static func list(of element: String, in depth: Int) -> String {
        String(repeating: "[", count: depth)
            + String(repeating: element + ",", count: descents)
            + String(repeating: "]", count: depth)
    }

    static let sources = [
        list(of: "[1]", in: 66),
        list(
            of: String(repeating: "[for x in [1] : ", count: 40) + "x"
                + String(repeating: "]", count: 40), in: 20),
    ]

    @Test("while parsing makes few threads, however often it goes deep", arguments: sources)
    func parsing(text: String) throws {
        let source = SourceFile(path: "test.hcl", text: text)
        let count = try Parser.run(source, limits: ParseLimits()) { parser in
            _ = parser.parseExpression()
            return parser.stack.lender.threadCount
        }
        #expect(count <= 1)
    }

    @Test("while evaluating makes few threads, however often it goes deep", arguments: sources)
    func evaluating(text: String) throws {
        let expression = try Expression.parse(SourceFile(path: "test.hcl", text: text))
        let budget = EvaluationBudget()
        _ = try expression.evaluate(in: StandardEnvironment(), budget: budget)
        #expect(budget.stack.lender.threadCount <= 1)
    }

    @Test("goes on with one thread for each level of need")
    func levels() {
        let lender = StackLender()
        var steps: [Int] = []
        for step in 0..<100 {
            let isDone = lender.run { room in
                steps.append(step)
                let isDone = room.lender.run { _ in steps.append(-step) }
                #expect(isDone && !room.isShort)
            }
            #expect(isDone)
        }
        #expect(steps.count == 200 && steps.last == -99)
        #expect(lender.threadCount == 2)
    }
}
