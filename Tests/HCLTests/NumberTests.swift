import Testing

@testable import HCL

@Suite("Numbers")
struct NumberTests {
    private func number(_ text: String) throws -> Number {
        try #require(Number(text))
    }

    @Test(
        "are written as the shortest plain decimal",
        arguments: [
            ("1.10", "1.1"), ("007", "7"), ("1e21", "1000000000000000000000"),
            ("1e-7", "0.0000001"), ("-0.5", "-0.5"), ("-0", "-0"), ("1.50", "1.5"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("9223372036854775808", "9223372036854775808"), ("0.30", "0.3"),
            ("1e40", "1" + String(repeating: "0", count: 40)),
            ("99999999999999999999.5", "99999999999999999999.5"),
        ])
    func description(text: String, expected: String) throws {
        #expect(try number(text).description == expected)
    }

    @Test(
        "refuse text that is no number",
        arguments: ["", " 1", "1 ", "0x10", "1_000", "1e", ".", "--1", "one", "1.2.3"])
    func refusal(text: String) {
        #expect(Number(text) == nil)
    }

    @Test("compute with 512 bits as the reference implementation does")
    func arithmetic() throws {
        #expect((try number("0.1") + number("0.2"))?.description == "0.3")
        let third = (Number(1) / Number(3))?.description ?? ""
        #expect(third.count == 157 && third.hasSuffix("3335") && third.hasPrefix("0.333"))
        #expect(
            (try number("123456789012345678901234567890") + Number(1))?.description
                == "123456789012345678901234567891")
        #expect((Number(7) % Number(3))?.integer == 1)
        #expect((Number(-7) % Number(3))?.integer == -1)
        #expect((Number(5) % Number(0))?.integer == 5)
        #expect((try number("7.5") % Number(2))?.description == "1.5")
        #expect((Number(1) / Number(0))?.isInfinite == true)
        #expect(Number(0) / Number(0) == nil)
        #expect((Number(.max) + Number(1))?.description == "9223372036854775808")
        #expect((Number(.min) * Number(-1))?.description == "9223372036854775808")
    }

    @Test("round toward either side")
    func rounding() throws {
        #expect(try number("1.2").ceiling.integer == 2)
        #expect(try number("-1.2").ceiling.integer == -1)
        #expect(try number("-1.2").floor.integer == -2)
        #expect(try number("1.2").floor.integer == 1)
        #expect(try number("3").floor.integer == 3)
    }

    @Test("compare by value")
    func comparison() throws {
        #expect(try number("1.0") == Number(1))
        #expect(try number("-0") == Number(0))
        #expect(try number("0.1") < number("0.2"))
        #expect(try number("-1e30") < Number(0))
        #expect(Number(1) < Number.infinity && Number.infinity.negated < Number(1))
    }

    @Test("divide long numbers exactly")
    func longDivision() {
        let divisor = BigUnsigned.power(7, 90) + BigUnsigned(12345)
        let quotient = BigUnsigned.power(11, 70)
        let remainder = BigUnsigned.power(3, 100)
        let product = divisor * quotient + remainder
        let (first, second) = product.divided(by: divisor)
        #expect(first == quotient && second == remainder)
    }

    @Test("stay small: enormous exponents and long literals are refused")
    func bounds() throws {
        #expect(Number("1e999999999") == nil && Number("1e-999999999") == nil)
        #expect(Number(String(repeating: "1", count: Number.longestText + 1)) == nil)
        #expect(try number(String(repeating: "9", count: 2_000)).description.count == 2_001)
    }
}
