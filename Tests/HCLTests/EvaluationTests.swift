import Testing

@testable import HCL

@Suite("Expressions evaluate as in the reference implementation")
struct EvaluationTests {
    static let operators = [
        Case("1 + 2 * 3 - 4 / 2", "5 : number"), Case("(1 + 2) * 3", "9 : number"),
        Case("-7 % 3", "-1 : number"), Case("5 % 0", "5 : number"), Case("1 / 0", "Inf : number"),
        Case("0 / 0", "! Operation failed 1:1-1:6"), Case("\"2\" * \"3\"", "6 : number"),
        Case("true + 1", "! Invalid operand 1:1-1:5"),
        Case("1 + null", "! Operation failed 1:1-1:9"),
        Case("11 % 5.1 < 0.81", "true : bool"), Case("1 < 2 == true", "true : bool"),
        Case("\"a\" < \"b\"", "! Invalid operand 1:1-1:4"),
        Case("!\"false\"", "true : bool"), Case("-\"3\"", "-3 : number"),
        Case("!null", "! Operation failed 1:1-1:6"),
        Case("1 == \"1\"", "false : bool"), Case("1 == 1.0", "true : bool"),
        Case("null == null", "true : bool"), Case("[1, \"a\"] == [1, \"a\"]", "true : bool"),
        Case("{a = 1} != {a = 2}", "true : bool"), Case("tolist([1]) == [1]", "false : bool"),
        Case("false && nope", "false : bool"), Case("nope && false", "false : bool"),
        Case("true || nope()", "true : bool"), Case("nope || false", "! Unknown variable 1:1-1:5"),
        Case("true && null", "false : bool"), Case("null || true", "true : bool"),
        Case("1 && true", "! Invalid operand 1:1-1:2"),
    ]

    static let conditionals = [
        Case("true ? 1 : \"a\"", "\"1\" : string"), Case("false ? 1 : null", "null : number"),
        Case("true ? null : null", "null : dynamic"),
        Case("true ? [1] : [2, 3]", "[1] : list(number)"),
        Case("true ? [1, \"a\"] : [2, \"b\"]", "[1,\"a\"] : tuple([number,string])"),
        Case("true ? {a = 1} : {b = \"x\"}", "{\"a\":\"1\"} : map(string)"),
        Case("true ? {a = 1} : {a = \"x\"}", "{\"a\":\"1\"} : object({a=string})"),
        Case("false ? {a = 1} : {}", "{} : map(number)"),
        Case("true ? 1 : true", "! Inconsistent conditional result types 1:8-1:16"),
        Case("nope ? {} : []", "! Inconsistent conditional result types 1:8-1:15"),
        Case("null ? 1 : 2", "! Null condition 1:1-1:5"),
        Case("\"maybe\" ? 1 : 2", "! Incorrect condition type 1:1-1:8"),
        Case("true ? 1 : nope()", "1 : number"),
        Case("false ? 1 : nope", "! Unknown variable 1:13-1:17"),
        Case("true ? \"a\" : false ? 1 : 2", "\"a\" : string"),
    ]

    static let collections = [
        Case("[1, [true], {}]", "[1,[true],{}] : tuple([number,tuple([bool]),object({})])"),
        Case("{b = 1, a = 2, b = 3}", "{\"a\":2,\"b\":3} : object({a=number,b=number})"),
        Case(
            "{1.50 = 1, true = 2, (false) = 3}",
            "{\"1.5\":1,\"false\":3,\"true\":2} : object({1.5=number,false=number,true=number})"),
        Case("{x.y = 1}", "! Ambiguous attribute key 1:2-1:5"),
        Case("{(null) = 1}", "! Null value as key 1:11-1:12"),
        Case("{[] = 1}", "! Incorrect key type 1:2-1:4"),
        Case("[1, 2, 3][\"2\"]", "3 : number"), Case("[1][1]", "! Invalid index 1:4-1:7"),
        Case("[1][0.5]", "! Invalid index 1:4-1:9"), Case("[1][-1]", "! Invalid index 1:4-1:8"),
        Case("{a = 1}.b", "! Unsupported attribute 1:8-1:10"),
        Case("{a = 1}[\"b\"]", "! Invalid index 1:8-1:13"),
        Case("tomap({a = 1}).b", "! Missing map element 1:15-1:17"),
        Case("null.a", "! Attempt to get attribute from null value 1:5-1:7"),
        Case("null[0]", "! Attempt to index null value 1:5-1:8"),
        Case("\"a\".b", "! Unsupported attribute 1:4-1:6"),
        Case("[[1, 2], [3]].0", "[1,2] : tuple([number,number])"),
        Case("[{a = [1]}, {a = [2]}][*].a[0]", "[1,2] : tuple([number,number])"),
        Case("[{a = [1]}, {a = [2]}].*.a[0]", "[1] : tuple([number])"),
        Case("{a = 1}[*].a", "[1] : tuple([number])"), Case("null[*]", "[] : tuple([])"),
        Case("tolist([{a = 1}])[*].a", "[1] : list(number)"),
        Case(
            "[[1], [2, 3]][*][*]", "[[1],[2,3]] : tuple([tuple([number]),tuple([number,number])])"),
        Case("[null][*].a", "! Attempt to get attribute from null value 1:10-1:12"),
    ]

    static let loops = [
        Case("[for v in [3, 1] : v * 2]", "[6,2] : tuple([number,number])"),
        Case("[for i, v in [\"a\"] : \"${i}${v}\"]", "[\"0a\"] : tuple([string])"),
        Case(
            "[for k, v in {b = 1, a = 2} : \"${k}${v}\"]",
            "[\"a2\",\"b1\"] : tuple([string,string])"),
        Case("[for v in toset([\"b\", \"a\"]) : v]", "[\"a\",\"b\"] : tuple([string,string])"),
        Case("[for v in [1, 2, 3] : v if v != 2]", "[1,3] : tuple([number,number])"),
        Case(
            "{for v in [\"a\", \"b\"] : v => upper(v)}",
            "{\"a\":\"A\",\"b\":\"B\"} : object({a=string,b=string})"),
        Case("{for v in [1, 1] : v => v...}", "{\"1\":[1,1]} : object({1=tuple([number,number])})"),
        Case("{for v in [1, 1] : v => v}", "! Duplicate object key 1:20-1:21"),
        Case("{for v in [null] : v => v}", "! Invalid object key 1:20-1:21"),
        Case("[for v in [] : nope]", "[] : tuple([])"),
        Case("[for v in [] : v if nope]", "! Unknown variable 1:21-1:25"),
        Case("[for v in [1] : v if null]", "! Condition is null 1:22-1:26"),
        Case("[for v in null : v]", "! Iteration over null value 1:11-1:15"),
        Case("[for v in 5 : v]", "! Iteration over non-iterable value 1:11-1:12"),
        Case(
            "[for a in [1, 2] : [for b in [a] : a + b]]",
            "[[2],[4]] : tuple([tuple([number]),tuple([number])])"),
        Case("[for x in [1] : x][0] + x", "2 : number"),
    ]

    @Test("operators", arguments: operators)
    func evaluatesOperators(example: Case) { #expect(outcome(example.input) == example.expected) }

    @Test("conditionals", arguments: conditionals)
    func evaluatesConditionals(example: Case) {
        #expect(outcome(example.input) == example.expected)
    }

    @Test("collections, indexes and splats", arguments: collections)
    func evaluatesCollections(example: Case) { #expect(outcome(example.input) == example.expected) }

    @Test("for expressions", arguments: loops)
    func evaluatesLoops(example: Case) {
        #expect(outcome(example.input, ["x": .integer(1)]) == example.expected)
    }
}
