/// The classes that `\\p{…}` names: general categories of Unicode, which the standard library
/// knows, and scripts, which it does not.
enum UnicodeClass {
    /// Names without case, spaces, dashes and underscores, with the categories that they mean.
    private static let categories: [String: String] = {
        let names = """
            c=C other=C cc=Cc cntrl=Cc control=Cc cf=Cf format=Cf cn=Cn unassigned=Cn co=Co \
            privateuse=Co cs=Cs surrogate=Cs l=L letter=L casedletter=LC lc=LC ll=Ll \
            lowercaseletter=Ll lm=Lm modifierletter=Lm lo=Lo otherletter=Lo lt=Lt \
            titlecaseletter=Lt lu=Lu uppercaseletter=Lu combiningmark=M m=M mark=M mc=Mc \
            spacingmark=Mc enclosingmark=Me me=Me mn=Mn nonspacingmark=Mn n=N number=N \
            decimalnumber=Nd digit=Nd nd=Nd letternumber=Nl nl=Nl no=No othernumber=No p=P \
            punct=P punctuation=P connectorpunctuation=Pc pc=Pc dashpunctuation=Pd pd=Pd \
            closepunctuation=Pe pe=Pe finalpunctuation=Pf pf=Pf initialpunctuation=Pi pi=Pi \
            otherpunctuation=Po po=Po openpunctuation=Ps ps=Ps s=S symbol=S currencysymbol=Sc \
            sc=Sc modifiersymbol=Sk sk=Sk mathsymbol=Sm sm=Sm othersymbol=So so=So separator=Z \
            z=Z lineseparator=Zl zl=Zl paragraphseparator=Zp zp=Zp spaceseparator=Zs zs=Zs
            """
        var categories: [String: String] = [:]
        for pair in names.split(separator: " ") {
            let parts = pair.split(separator: "=")
            categories[String(parts[0])] = String(parts[1])
        }
        return categories
    }()

    private static let scripts: Set<String> = {
        let names = """
            adlam ahom anatolianhieroglyphs arabic armenian avestan balinese bamum bassavah \
            batak bengali bhaiksuki bopomofo brahmi braille buginese buhid canadianaboriginal \
            carian caucasianalbanian chakma cham cherokee chorasmian common coptic cuneiform \
            cypriot cyprominoan cyrillic deseret devanagari divesakuru dogra duployan \
            egyptianhieroglyphs elbasan elymaic ethiopic georgian glagolitic gothic grantha \
            greek gujarati gunjalagondi gurmukhi han hangul hanifirohingya hanunoo hatran hebrew \
            hiragana imperialaramaic inherited inscriptionalpahlavi inscriptionalparthian \
            javanese kaithi kannada katakana kawi kayahli kharoshthi khitansmallscript khmer \
            khojki khudawadi lao latin lepcha limbu lineara linearb lisu lycian lydian mahajani \
            makasar malayalam mandaic manichaean marchen masaramgondi medefaidrin meeteimayek \
            mendekikakui meroiticcursive meroitichieroglyphs miao modi mongolian mro multani \
            myanmar nabataean nagmundari nandinagari newa newtailue nko nushu \
            nyiakengpuachuehmong ogham olchiki oldhungarian olditalic oldnortharabian oldpermic \
            oldpersian oldsogdian oldsoutharabian oldturkic olduyghur oriya osage osmanya \
            pahawhhmong palmyrene paucinhau phagspa phoenician psalterpahlavi rejang runic \
            samaritan saurashtra sharada shavian siddham signwriting sinhala sogdian sorasompeng \
            soyombo sundanese sylotinagri syriac tagalog tagbanwa taile taitham taiviet takri \
            tamil tangsa tangut telugu thaana thai tibetan tifinagh tirhuta toto ugaritic vai \
            vithkuqi wancho warangciti yezidi yi zanabazarsquare
            """
        return Set(names.split(separator: " ").map(String.init))
    }()

    private static func bare(_ name: String) -> String {
        name.lowercased().filter { !" _-".contains($0) }
    }

    /// Whether the name is that of a script.
    static func isScript(_ name: String) -> Bool { scripts.contains(bare(name)) }

    /// The class of a name, if it is one of a category or means all, ASCII or assigned scalars.
    static func named(_ name: String) -> ScalarClass? {
        switch bare(name) {
        case "any": return matching { _ in true }
        case "ascii": return matching(\.isASCII)
        case "assigned": return matching { $0.properties.generalCategory != .unassigned }
        case let bare:
            guard let category = categories[bare] else { return nil }
            if category == "LC" {
                return matching { ["Ll", "Lt", "Lu"].contains(abbreviation(of: $0)) }
            }
            return matching { abbreviation(of: $0).hasPrefix(category) }
        }
    }

    private static func matching(
        _ test: @escaping @Sendable (Unicode.Scalar) -> Bool
    ) -> ScalarClass {
        var result = ScalarClass()
        result.properties = [ScalarClass.Property(test: test, isNegated: false)]
        return result
    }

    private static func abbreviation(of scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .privateUse: "Co"
        case .surrogate: "Cs"
        case .unassigned: "Cn"
        @unknown default: "Cn"
        }
    }
}
