import Testing

@testable import HCL

@Suite("Functions of collections answer as the reference implementation does")
struct CollectionTableTests {
    static let collections = [
        Case(#"length("é👍🏽")"#, #"2 : number"#),
        Case(#"length(s)"#, #"unknown : number"#),
        Case(#"length(n)"#, #"! Invalid function argument 1:8-1:9"#),
        Case(#"length(m)"#, #"unknown : number"#),
        Case(#"length(true)"#, #"! Invalid function argument 1:8-1:12"#),
        Case(#"coalesce(null, [null], ["a"])"#, #"[null] : tuple([dynamic])"#),
        Case(#"coalesce(toset(["a"]), ["b"])"#, #"["a"] : set(string)"#),
        Case(#"coalesce(true, 1)"#, #"! Error in function call 1:1-1:10"#),
        Case(#"coalesce()"#, #"! Error in function call 1:1-1:10"#),
        Case(#"coalesce(u, 1)"#, #"unknown : dynamic"#),
        Case(#"coalesce("", 0)"#, #""0" : string"#),
        Case(#"coalescelist([], tolist([]), [1])"#, #"[1] : tuple([number])"#),
        Case(#"coalescelist(toset([1]))"#, #"! Error in function call 1:1-1:14"#),
        Case(#"coalescelist([], l)"#, #"unknown : list(string)"#),
        Case(#"coalescelist(null)"#, #"! Error in function call 1:1-1:14"#),
        Case(#"coalescelist([])"#, #"! Error in function call 1:1-1:14"#),
        Case(#"coalescelist()"#, #"! Error in function call 1:1-1:14"#),
        Case(#"contains("a", "a")"#, #"! Error in function call 1:1-1:10"#),
        Case(#"contains([], s)"#, #"unknown : bool"#),
        Case(#"contains([1, s], 1)"#, #"true : bool"#),
        Case(#"contains([1, s], true)"#, #"false : bool"#),
        Case(#"contains(toset(["a"]), "a")"#, #"true : bool"#),
        Case(#"contains(null, 1)"#, #"! Invalid function argument 1:10-1:14"#),
        Case(#"one(toset(["a"]))"#, #""a" : string"#),
        Case(#"one(tolist([]))"#, #"null : dynamic"#),
        Case(#"one("a")"#, #"! Error in function call 1:1-1:5"#),
        Case(#"one(l)"#, #"unknown : string"#),
        Case(#"one({})"#, #"! Error in function call 1:1-1:5"#),
        Case(#"alltrue([])"#, #"true : bool"#),
        Case(#"alltrue([true, null])"#, #"false : bool"#),
        Case(#"alltrue(["x"])"#, #"! Invalid function argument 1:9-1:10"#),
        Case(#"anytrue([null, true])"#, #"true : bool"#),
        Case(#"anytrue([null])"#, #"false : bool"#),
        Case(#"anytrue([])"#, #"false : bool"#),
        Case(#"sum([1.5, 2, "3"])"#, #"6.5 : number"#),
        Case(#"sum([])"#, #"! Invalid function argument 1:5-1:6"#),
        Case(#"sum(["a"])"#, #"! Invalid function argument 1:5-1:6"#),
        Case(#"sum([null])"#, #"! Invalid function argument 1:5-1:6"#),
        Case(#"sum({})"#, #"! Invalid function argument 1:5-1:6"#),
        Case(#"sum(1)"#, #"! Invalid function argument 1:5-1:6"#),
        Case(#"sum([1/0, -1/0])"#, #"! Error in function call 1:1-1:5"#),
        Case(#"sum(["a", s])"#, #"unknown : number"#),
        Case(#"index(["a", "b"], "c")"#, #"! Error in function call 1:1-1:7"#),
        Case(#"index([], 1)"#, #"! Error in function call 1:1-1:7"#),
        Case(#"index(toset([1]), 1)"#, #"! Error in function call 1:1-1:7"#),
        Case(#"index([1, n], 2)"#, #"unknown : number"#),
        Case(#"index([1, s], true)"#, #"! Error in function call 1:1-1:7"#),
    ]

    static let lists = [
        Case(#"concat([1], l)"#, #"unknown : dynamic"#),
        Case(#"concat(tolist([1]), tolist(["a"]))"#, #"["1","a"] : list(string)"#),
        Case(#"concat(l, {})"#, #"unknown : dynamic"#),
        Case(#"concat(l)"#, #"unknown : list(string)"#),
        Case(#"concat("a")"#, #"! Invalid function argument 1:9-1:10"#),
        Case(#"element(["a", "b"], 5)"#, #""b" : string"#),
        Case(#"element(toset([1]), 0)"#, #"! Error in function call 1:1-1:9"#),
        Case(#"element([], 1)"#, #"! Error in function call 1:1-1:9"#),
        Case(#"element([1], 1.5)"#, #"! Error in function call 1:1-1:9"#),
        Case(#"element(l, 0)"#, #"unknown : string"#),
        Case(#"chunklist(["a", "b", "c"], 2)"#, #"[["a","b"],["c"]] : list(list(string))"#),
        Case(#"chunklist([], 2)"#, #"[] : list(list(dynamic))"#),
        Case(#"chunklist([1, 2], 0)"#, #"[[1,2]] : list(list(number))"#),
        Case(#"chunklist([1], -1)"#, #"! Error in function call 1:1-1:11"#),
        Case(#"chunklist(l, 1)"#, #"unknown : list(list(string))"#),
        Case(#"distinct([])"#, #"[] : list(dynamic)"#),
        Case(#"distinct(l)"#, #"unknown : list(string)"#),
        Case(#"distinct([null, null, "a"])"#, #"[null,"a"] : list(string)"#),
        Case(
            #"flatten([[1, [2, [3]]], [], [null], toset([4])])"#,
            #"[1,2,3,null,4] : tuple([number,number,number,dynamic,number])"#),
        Case(#"flatten("a")"#, #"! Error in function call 1:1-1:9"#),
        Case(#"flatten([l])"#, #"unknown : dynamic"#),
        Case(#"flatten([[s], 1])"#, #"unknown : tuple([string,number])"#),
        Case(#"flatten({})"#, #"! Error in function call 1:1-1:9"#),
        Case(#"matchkeys(["a", "b"], [1, 2], ["2"])"#, #"["b"] : list(string)"#),
        Case(#"matchkeys([1], [1, 2], [1])"#, #"! Error in function call 1:1-1:11"#),
        Case(#"matchkeys([1], ["a"], [])"#, #"[] : list(number)"#),
        Case(#"matchkeys(["a"], [1], [[1]])"#, #"! Error in function call 1:1-1:11"#),
        Case(#"reverse(toset(["b", "a"]))"#, #"["b","a"] : list(string)"#),
        Case(#"reverse("a")"#, #"! Invalid function argument 1:10-1:11"#),
        Case(#"reverse(l)"#, #"unknown : list(string)"#),
        Case(#"reverse([1, "a", true])"#, #"[true,"a",1] : tuple([bool,string,number])"#),
        Case(#"slice([1, 2, 3], 1, 1)"#, #"[] : tuple([])"#),
        Case(#"slice([1, 2, 3], 2, 1)"#, #"! Invalid function argument 1:18-1:19"#),
        Case(#"slice([1, 2, 3], 0, 4)"#, #"! Invalid function argument 1:21-1:22"#),
        Case(#"slice([1, 2, 3], -1, 1)"#, #"! Invalid function argument 1:18-1:19"#),
        Case(#"slice(tolist([1, 2]), 0, 1)"#, #"[1] : list(number)"#),
        Case(#"slice(toset([1]), 0, 1)"#, #"! Invalid function argument 1:7-1:13"#),
        Case(#"slice("a", 0, 1)"#, #"! Invalid function argument 1:8-1:9"#),
        Case(#"slice(l, 2, 1)"#, #"! Invalid function argument 1:10-1:11"#),
        Case(#"slice([1], 0.5, 1)"#, #"! Invalid function argument 1:12-1:15"#),
        Case(
            #"sort(["b", "a", "B", "é", "10", "9"])"#, #"["10","9","B","a","b","é"] : list(string)"#
        ),
        Case(#"sort([null])"#, #"! Error in function call 1:1-1:6"#),
        Case(#"sort(toset(["b", "a"]))"#, #"["a","b"] : list(string)"#),
        Case(#"compact(["", null, "a", ""])"#, #"["a"] : list(string)"#),
        Case(#"compact([1])"#, #"["1"] : list(string)"#),
        Case(#"range(3, 0)"#, #"[3,2,1] : list(number)"#),
        Case(#"range(1, 10, 4)"#, #"[1,5,9] : list(number)"#),
        Case(#"range(10, 1, 4)"#, #"! Invalid function argument 1:11-1:12"#),
        Case(#"range(1, 2, 0)"#, #"! Error in function call 1:1-1:7"#),
        Case(#"range(0, 1, 0.25)"#, #"[0,0.25,0.5,0.75] : list(number)"#),
        Case(#"range()"#, #"! Error in function call 1:1-1:7"#),
        Case(#"range(1, 2, 3, 4)"#, #"! Error in function call 1:1-1:7"#),
        Case(#"range(-3)"#, #"[0,-1,-2] : list(number)"#),
    ]

    static let maps = [
        Case(#"keys({b = 1, a = 2})"#, #"["a","b"] : tuple([string,string])"#),
        Case(#"keys(tomap({}))"#, #"[] : list(string)"#),
        Case(#"keys(m)"#, #"unknown : list(string)"#),
        Case(#"keys(s)"#, #"! Invalid function argument 1:6-1:7"#),
        Case(#"keys([])"#, #"! Invalid function argument 1:6-1:7"#),
        Case(#"values(tomap({b = 2, a = 1}))"#, #"[1,2] : list(number)"#),
        Case(#"values(m)"#, #"unknown : list(number)"#),
        Case(#"values("a")"#, #"! Error in function call 1:1-1:8"#),
        Case(#"lookup({a = 1}, "a", "x")"#, #"1 : number"#),
        Case(#"lookup({a = 1}, "b", "x")"#, #""x" : string"#),
        Case(#"lookup({a = 1}, "b")"#, #"! Error in function call 1:1-1:8"#),
        Case(#"lookup(tomap({a = 1}), "b", "x")"#, #"! Invalid function argument 1:30-1:31"#),
        Case(#"lookup(tomap({a = 1}), "b", 2)"#, #"2 : number"#),
        Case(#"lookup(tomap({a = 1}), "b")"#, #"! Error in function call 1:1-1:8"#),
        Case(#"lookup({}, "a", null)"#, #"null : dynamic"#),
        Case(#"lookup([], "a", 1)"#, #"! Invalid function argument 1:8-1:9"#),
        Case(#"lookup(m, "a")"#, #"unknown : number"#),
        Case(#"lookup({a = s}, "a")"#, #"unknown : string"#),
        Case(#"lookup({a = 1}, s, 2)"#, #"unknown : dynamic"#),
        Case(#"lookup({}, "a", 1, 2)"#, #"! Error in function call 1:1-1:8"#),
        Case(
            #"merge({a = 1}, tomap({b = "x"}), null)"#,
            #"{"a":1,"b":"x"} : object({a=number,b=string})"#),
        Case(#"merge(tomap({a = 1}), tomap({a = 2}))"#, #"{"a":2} : map(number)"#),
        Case(#"merge({}, 1)"#, #"! Error in function call 1:1-1:7"#),
        Case(#"merge(m, {a = 1})"#, #"unknown : dynamic"#),
        Case(#"merge(m, "a")"#, #"! Error in function call 1:1-1:7"#),
        Case(#"merge(null, null)"#, #"{} : object({})"#),
        Case(
            #"transpose({a = ["x", "y"], b = ["y"]})"#,
            #"{"x":["a"],"y":["a","b"]} : map(list(string))"#),
        Case(#"transpose({a = null})"#, #"! Error in function call 1:1-1:11"#),
        Case(#"transpose({a = [null]})"#, #"! Error in function call 1:1-1:11"#),
        Case(#"transpose({})"#, #"{} : map(list(string))"#),
        Case(#"zipmap(["a", "b"], tolist([1, 2]))"#, #"{"a":1,"b":2} : map(number)"#),
        Case(#"zipmap(["a", "a"], [1, "x"])"#, #"{"a":"x"} : object({a=string})"#),
        Case(#"zipmap([], [])"#, #"{} : object({})"#),
        Case(#"zipmap(["a"], toset([1]))"#, #"! Error in function call 1:1-1:8"#),
        Case(#"zipmap([null], [1])"#, #"! Error in function call 1:1-1:8"#),
        Case(#"zipmap(["a"], [])"#, #"! Error in function call 1:1-1:8"#),
        Case(#"zipmap(["a"], l)"#, #"unknown : map(string)"#),
    ]

    static let sets = [
        Case(#"setunion([1], ["a"])"#, #"["1","a"] : set(string)"#),
        Case(#"setunion([[1]], [2])"#, #"! Error in function call 1:1-1:10"#),
        Case(#"setunion([], toset([]))"#, #"[] : set(dynamic)"#),
        Case(#"setunion(l, ["a"])"#, #"unknown : set(string)"#),
        Case(#"setintersection(["a", "b"], ["b", "c"], ["b"])"#, #"["b"] : set(string)"#),
        Case(#"setintersection([])"#, #"[] : set(dynamic)"#),
        Case(#"setsubtract(["a", 1], ["1"])"#, #"["a"] : set(string)"#),
        Case(#"setsubtract([1], [])"#, #"[1] : set(number)"#),
        Case(
            #"setproduct(["a", "b"], [1, 2])"#,
            #"[["a",1],["a",2],["b",1],["b",2]] : list(tuple([string,number]))"#),
        Case(
            #"setproduct(toset(["b", "a"]), [1])"#,
            #"[["a",1],["b",1]] : set(tuple([string,number]))"#),
        Case(#"setproduct([], [1])"#, #"[] : list(tuple([dynamic,number]))"#),
        Case(
            #"setproduct(["a", null], [1])"#, #"[["a",1],[null,1]] : list(tuple([string,number]))"#),
        Case(
            #"setproduct([1], ["a", true])"#,
            #"[[1,"a"],[1,"true"]] : list(tuple([number,string]))"#),
        Case(#"setproduct([1], [[1], 2])"#, #"! Invalid function argument 1:17-1:18"#),
        Case(#"setproduct([1])"#, #"! Error in function call 1:1-1:12"#),
        Case(#"setproduct([1], "a")"#, #"! Invalid function argument 1:18-1:19"#),
        Case(#"setproduct(l, [1])"#, #"unknown : list(tuple([string,number]))"#),
        Case(#"toset([[2, 1], [1], []])"#, #"[[1],[2,1],[]] : set(list(number))"#),
        Case(
            #"toset([{a = 2}, {a = 10}, {a = null}])"#,
            #"[{"a":10},{"a":2},{"a":null}] : set(object({a=number}))"#),
        Case(
            #"[for x in toset([{n = "b"}, {n = "a\"c"}]) : x.n]"#,
            #"["a\"c","b"] : tuple([string,string])"#),
    ]

    @Test("of collections", arguments: collections)
    func ofCollections(example: Case) {
        #expect(outcome(example.input, openValues) == example.expected)
    }
    @Test("of lists", arguments: lists)
    func ofLists(example: Case) { #expect(outcome(example.input, openValues) == example.expected) }
    @Test("of maps", arguments: maps)
    func ofMaps(example: Case) { #expect(outcome(example.input, openValues) == example.expected) }
    @Test("of sets", arguments: sets)
    func ofSets(example: Case) { #expect(outcome(example.input, openValues) == example.expected) }
}

/// Unknown values of several types, by one-letter names.
let openValues: ValueMap = [
    "s": .unknown("a file", at: nil, type: .string),
    "n": .unknown("a file", at: nil, type: .number),
    "u": .unknown("a file", at: nil), "l": .unknown("a file", at: nil, type: .list(.string)),
    "m": .unknown("a file", at: nil, type: .map(.number)),
]
