extension CharacterSets {
    /// Names with the upper halves of their tables, in the notation of `SingleByteTable`.
    static let iso: [(names: String, table: String)] = [
        (
            "csisolatin6 iso-8859-10 iso-ir-157 iso_8859-10:1992 l6 latin6",
            """
            -+31 A0 104 112 122 12A 128 136 A7 13B 110 160 166 17D AD 16A 14A B0 105 113 123 \
            12B 129 137 B7 13C 111 161 167 17E 2015 16B 14B 100 C1+5 12E 10C C9 118 CB 116 \
            CD+3 145 14C D3+3 168 D8 172 DA+5 101 E1+5 12F 10D E9 119 EB 117 ED+3 146 14D F3+3 \
            169 F8 173 FA+4 138
            """
        ),
        (
            "csiso885913 iso-8859-13",
            """
            -+31 A0 201D A2+2 201E A6+1 D8 A9 156 AB+3 C6 B0+3 201C B5+2 F8 B9 157 BB+3 E6 104 \
            12E 100 106 C4+1 118 112 10C C9 179 116 122 136 12A 13B 160 143 145 D3 14C D5+2 \
            172 141 15A 16A DC 17B 17D DF 105 12F 101 107 E4+1 119 113 10D E9 17A 117 123 137 \
            12B 13C 161 144 146 F3 14D F5+2 173 142 15B 16B FC 17C 17E 2019
            """
        ),
        (
            """
            csiso885914 iso-8859-14 iso-celtic iso-ir-199 iso_8859-14 iso_8859-14:1998 l8 \
            latin8
            """,
            """
            -+31 A0 1E02+1 A3 10A+1 1E0A A7 1E80 A9 1E82 1E0B 1EF2 AD+1 178 1E1E+1 120+1 \
            1E40+1 B6 1E56 1E81 1E57 1E83 1E60 1EF3 1E84+1 1E61 C0+15 174 D1+5 1E6A D8+5 176 \
            DF+16 175 F1+5 1E6B F8+5 177 FF
            """
        ),
        (
            "csiso885915 iso-8859-15 iso_8859-15 latin-9",
            "-+31 A0+3 20AC A5 160 A7 161 A9+10 17D B5+2 17E B9+2 152+1 178 BF+64"
        ),
        (
            "csiso885916 iso-8859-16 iso-ir-226 iso_8859-16 iso_8859-16:2001 l10 latin10",
            """
            -+31 A0 104+1 141 20AC 201E 160 A7 161 A9 218 AB 179 AD 17A+1 B0+1 10C 142 17D \
            201D B6+1 17E 10D 219 BB 152+1 178 17C C0+2 102 C4 106 C6+9 110 143 D2+2 150 D6 \
            15A 170 D9+3 118 21A DF+3 103 E4 107 E6+9 111 144 F2+2 151 F6 15B 171 F9+3 119 21B \
            FF
            """
        ),
        (
            """
            cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso_8859-1 iso_8859-1:1987 l1 \
            latin1
            """,
            "80+127"
        ),
        (
            "csisolatin2 iso-8859-2 iso-ir-101 iso_8859-2 iso_8859-2:1987 l2 latin2",
            """
            -+31 A0 104 2D8 141 A4 13D 15A A7+1 160 15E 164 179 AD 17D 17B B0 105 2DB 142 B4 \
            13E 15B 2C7 B8 161 15F 165 17A 2DD 17E 17C 154 C1+1 102 C4 139 106 C7 10C C9 118 \
            CB 11A CD+1 10E 110 143 147 D3+1 150 D6+1 158 16E DA 170 DC+1 162 DF 155 E1+1 103 \
            E4 13A 107 E7 10D E9 119 EB 11B ED+1 10F 111 144 148 F3+1 151 F6+1 159 16F FA 171 \
            FC+1 163 2D9
            """
        ),
        (
            "csisolatin3 iso-8859-3 iso-ir-109 iso_8859-3 iso_8859-3:1988 l3 latin3",
            """
            -+31 A0 126 2D8 A3+1 - 124 A7+1 130 15E 11E 134 AD - 17B B0 127 B2+3 125 B7+1 131 \
            15F 11F 135 BD - 17C C0+2 - C4 10A 108 C7+8 - D1+3 120 D6+1 11C D9+3 16C 15C DF+3 \
            - E4 10B 109 E7+8 - F1+3 121 F6+1 11D F9+3 16D 15D 2D9
            """
        ),
        (
            "csisolatin4 iso-8859-4 iso-ir-110 iso_8859-4 iso_8859-4:1988 l4 latin4",
            """
            -+31 A0 104 138 156 A4 128 13B A7+1 160 112 122 166 AD 17D AF+1 105 2DB 157 B4 129 \
            13C 2C7 B8 161 113 123 167 14A 17E 14B 100 C1+5 12E 10C C9 118 CB 116 CD+1 12A 110 \
            145 14C 136 D4+4 172 DA+2 168 16A DF 101 E1+5 12F 10D E9 119 EB 117 ED+1 12B 111 \
            146 14D 137 F4+4 173 FA+2 169 16B 2D9
            """
        ),
        (
            "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso_8859-5 iso_8859-5:1988",
            "-+31 A0 401+11 AD 40E+65 2116 451+11 A7 45E+1"
        ),
        (
            """
            arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 \
            iso-8859-6-e iso-8859-6-i iso-ir-127 iso_8859-6 iso_8859-6-e iso_8859-6-i \
            iso_8859-6:1987
            """,
            "-+31 A0 -+2 A4 -+6 60C AD -+12 61B -+2 61F - 621+25 -+4 640+18 -+12"
        ),
        (
            """
            csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso_8859-7 \
            iso_8859-7:1987
            """,
            """
            -+31 A0 2018+1 A3 20AC 20AF A6+3 37A AB+2 - 2015 B0+3 384+2 B7 388+2 BB 38C BD \
            38E+19 - 3A3+43 -
            """
        ),
        (
            """
            csiso88598e csiso88598i csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e \
            iso-8859-8-i iso-ir-138 iso_8859-8 iso_8859-8-e iso_8859-8-i iso_8859-8:1988
            """,
            "-+31 A0 - A2+7 D7 AB+14 F7 BB+3 -+31 2017 5D0+26 -+1 200E+1 -"
        ),
        (
            "csisolatin5 iso-8859-9 iso-ir-148 iso_8859-9 iso_8859-9:1989 l5 latin5",
            "80+79 11E D1+11 130 15E DF+16 11F F1+11 131 15F FF"
        ),
    ]
}
