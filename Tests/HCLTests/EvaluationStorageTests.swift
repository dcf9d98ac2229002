import Testing

@testable import HCL

/// What the evaluator keeps once for many elements, and what it makes only when asked.
@Suite("What the evaluator shares")
struct EvaluationStorageTests {
    static let loops = [
        Case("[for x in [1, 2] : [for y in [10, 20] : x + y]]", "[[11,21],[12,22]]"),
        Case("[for x in [1, 2] : [for x in [x, x + 5] : x]]", "[[1,6],[2,7]]"),
        Case("[for i, x in [\"a\", \"b\"] : [for i in [i] : \"${i}${x}\"]]", "[[\"0a\"],[\"1b\"]]"),
        Case("[for x in [{a = [{b = 1}, {b = 2}]}, {a = []}] : x.a[*].b]", "[[1,2],[]]"),
        Case("[{a = [1, 2]}, {a = [3]}][*].a[*]", "[[1,2],[3]]"),
        Case("{for k, v in {b = 1, a = 2} : v => k if v > 0}", "{\"1\":\"b\",\"2\":\"a\"}"),
        Case("{for x in [1, 2, 3] : x % 2 => x...}", "{\"0\":[2],\"1\":[1,3]}"),
        Case("[for x in toset([\"b\", \"a\"]) : x]", "[\"a\",\"b\"]"),
    ]

    @Test(
        "is the scope of a loop, which inner loops neither see changed nor change", arguments: loops
    )
    func scopes(example: Case) throws {
        #expect(try evaluate(example.input).json == example.expected)
    }

    @Test("are the reasons of unknown elements: few of many, each once")
    func reasons() throws {
        let unknowns = (0..<20).map { Value.unknown("reason \($0 / 2)", at: nil) }
        let value = try evaluate(
            "[for x in list : x if x]", ["list": .tuple(ValueList(unknowns))])
        #expect(value.unknownReasons.map(\.text) == (0..<8).map { "reason \($0)" })
    }

    @Test("A map has the last of several values of a name, wherever the names stand")
    func maps() {
        let names = ["d", "a", "c", "a", "b", "d", "a"]
        let map = ValueMap(names.enumerated().map { (key: $1, value: .integer($0)) })
        #expect(map.keys == ["a", "b", "c", "d"])
        #expect(map.values == [.integer(6), .integer(4), .integer(2), .integer(5)])
        for (key, value) in map { #expect(map[key] == value) }
        #expect(map["e"] == nil && ValueMap([:])["a"] == nil)
    }

    @Test("The nearest name is a hint outside of try and after it, too")
    func hints() throws {
        let variables: ValueMap = ["x": .object(["version": .integer(1)])]
        #expect(try evaluate("try(x.versio, 2)", variables) == .integer(2))
        let failure = #expect(throws: Diagnostic.self) {
            try evaluate("try(x.versio, 2) + x.versin", variables)
        }
        #expect(failure?.hint == "Did you mean \"version\"?")
    }

    @Test(
        "A call knows the places of its arguments, and where an expanded one stands",
        arguments: [
            Case("upper([])", "! Invalid function argument 1:7-1:8"),
            Case("join(\",\", 1)", "! Invalid function argument 1:11-1:12"),
            Case("upper([[]]...)", "! Invalid function argument 1:7-1:11"),
        ])
    func places(example: Case) {
        #expect(outcome(example.input) == example.expected)
    }
}
