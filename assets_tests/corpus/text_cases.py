"""Delimited files: encodings, line ends, quotes, delimiters, headers, sizes."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path

from cases import Case, Read, Refused, one

HEAD = "LocalPatientID,NHSNumber,Surname,Forename,DateOfBirth,Sex,Postcode,URN"
ROW = "P1,9990000018,Okafor,Ada,2015-05-04,F,NG5 1AB,122400"
SECOND = "P2,,Brontë,Zoë,2014-02-28,F,DE1 2AA,"
FILE = "demographics_for_linkage.csv"
MIB = 1024 * 1024


def text(*lines: str, end: str = "\n", last: bool = True) -> str:
    """Lines joined by a line end."""
    return end.join(lines) + (end if last else "")


def case(name: str, content: str | bytes, expect: Refused | Read) -> Case:
    """A demographics file of that content."""
    return Case(name, "demographics", one(FILE, content if isinstance(content, bytes) else content.encode()), expect)


def _large(name: str, expect: Refused | Read, *parts: tuple[bytes, int]) -> Case:
    """A file that is written piece by piece, so that the test itself stays small."""

    def build(folder: Path) -> Sequence[Path]:
        path = folder / FILE
        with path.open("wb") as file:
            for piece, times in parts:
                for _ in range(times):
                    file.write(piece)
        return [path]

    return Case(name, "demographics", build, expect)


def _several(name: str, expect: Refused | Read, **files: bytes) -> Case:
    def build(folder: Path) -> Sequence[Path]:
        paths = []
        for number, content in enumerate(files.values()):
            path = folder / f"{number}_{FILE}"
            path.write_bytes(content)
            paths.append(path)
        return paths

    return Case(name, "demographics", build, expect)


SOUND = text(HEAD, ROW)
WIDE = "x" * 255
REST = ROW.partition(",")[2]

CASES: list[Case] = [
    case("sound", SOUND, Read(1)),
    case("utf-8 with a mark", codecs.BOM_UTF8 + SOUND.encode(), Read(1)),
    case("utf-8 with letters beyond ascii", text(HEAD, SECOND), Read(1)),
    case("utf-16 little endian with a mark", codecs.BOM_UTF16_LE + text(HEAD, SECOND).encode("utf-16-le"), Read(1)),
    case("utf-16 big endian with a mark", codecs.BOM_UTF16_BE + text(HEAD, SECOND).encode("utf-16-be"), Read(1)),
    case("utf-16 without a mark", SOUND.encode("utf-16-le"), Refused("unreadable")),
    case(
        "utf-16 cut in the middle of a character",
        codecs.BOM_UTF16_LE + SOUND.encode("utf-16-le")[:-1],
        Refused("encoding"),
    ),
    case(
        "utf-16 with a lone surrogate",
        codecs.BOM_UTF16_LE + SOUND.encode("utf-16-le") + b"\x00\xd8",
        Refused("encoding"),
    ),
    case("cp1252", text(HEAD, SECOND).encode("cp1252"), Read(1, warnings=("encoding_cp1252",))),
    case(
        "bytes that cp1252 has not", text(HEAD, ROW).encode() + b"P2,,\x81\x8d,X,2014-02-28,F,,\n", Refused("encoding")
    ),
    case(
        "utf-8 damaged beside sound utf-8",
        text(HEAD, SECOND).encode() + b"P3,,\xff\xfe,X,2014-02-28,F,,\n",
        Refused("encoding"),
    ),
    case("utf-32 with a mark", codecs.BOM_UTF32_LE + SOUND.encode("utf-32-le"), Refused("unreadable")),
    case("windows line ends", text(HEAD, ROW, end="\r\n"), Read(1)),
    case("mixed line ends", f"{HEAD}\r\n{ROW}\n{SECOND}\r\n", Read(2)),
    case("carriage returns alone", text(HEAD, ROW, end="\r"), Refused("unreadable")),
    case("no line end at the end", text(HEAD, ROW, last=False), Read(1)),
    case("blank lines at the end", text(HEAD, ROW) + "\n\n\n", Read(1)),
    case("blank lines between", text(HEAD, "", ROW, "", SECOND), Read(2)),
    case("lines of commas alone", text(HEAD, ROW, "," * 7, SECOND), Read(2)),
    case("nothing at all", b"", Refused("empty")),
    case("blanks alone", b"  \n \n", Refused("empty")),
    case("a mark and nothing else", codecs.BOM_UTF8, Refused("empty")),
    case("a header alone", text(HEAD), Read(0, warnings=("no_rows",))),
    case("no header", text(ROW, SECOND), Refused("unknown_file|missing_column")),
    case("embedded nulls in a cell", text(HEAD, ROW.replace("Ada", "A\x00da")), Refused("unreadable")),
    case("a file of nulls", b"\x00" * 4096, Refused("unreadable")),
    case("nulls after sound rows", SOUND.encode() + b"\x00" * 512, Refused("unreadable")),
    case("control characters in a cell", text(HEAD, ROW.replace("Ada", "A\x07da")), Read(1)),
    case("end of file mark of old systems", SOUND.encode() + b"\x1a", Read(2, 1)),
    case("a ragged short line", text(HEAD, ROW, "P2,9990000026"), Read(2, 1)),
    case("a ragged long line", text(HEAD, ROW, SECOND + ",more"), Read(2, 1)),
    case("every line ragged", text(HEAD, *[f"P{n},x" for n in range(50)]), Read(50, 50)),
    case("an unclosed quote", text(HEAD, ROW, 'P2,,"Bront,Z,2014-02-28,F,,', SECOND.replace("P2", "P3")), Read(3, 1)),
    case("an unclosed quote in the last line", text(HEAD, ROW, 'P2,,"Bront,Z,2014-02-28,F,,'), Read(2, 1)),
    case("a quote inside a cell", text(HEAD, ROW, 'P2,,O"Neil,Z,2014-02-28,F,,'), Read(2, 1)),
    case("doubled quotes", text(HEAD, 'P2,,"O""Neil",Z,2014-02-28,F,,'), Read(1)),
    case("a comma inside quotes", text(HEAD, 'P2,,"Neil, O",Z,2014-02-28,F,,'), Read(1)),
    case("a line break inside quotes", text(HEAD, 'P2,,"Neil\nO",Z,2014-02-28,F,,', ROW), Read(2)),
    case("every cell quoted", text(*[",".join(f'"{c}"' for c in line.split(",")) for line in (HEAD, ROW)]), Read(1)),
    case("single quotes", text(HEAD, "P2,,'Neil, O',Z,2014-02-28,F,,"), Read(1, 1)),
    case("semicolons", text(HEAD, ROW).replace(",", ";"), Refused("delimiter")),
    case("tabs", text(HEAD, ROW).replace(",", "\t"), Refused("delimiter")),
    case("pipes", text(HEAD, ROW).replace(",", "|"), Refused("delimiter")),
    case("excel's sep line", "sep=;\n" + text(HEAD, ROW).replace(",", ";"), Refused("delimiter")),
    case("excel's sep line with commas", "sep=,\n" + text(HEAD, ROW), Refused("delimiter")),
    case(
        "a title above the header",
        text("Patients of the quarter", "", HEAD, ROW),
        Refused("unknown_file|missing_column"),
    ),
    case("two columns of one name", text(HEAD + ",Surname", ROW + ",x"), Refused("duplicate_column")),
    case("two columns of one name in other case", text(HEAD + ",SURNAME", ROW + ",x"), Refused("duplicate_column")),
    case("a column without a name", text(HEAD + ",", ROW + ",x"), Read(1, warnings=("unknown_column",))),
    case("a header of 255 characters", text(f"{HEAD},{WIDE}", ROW + ",x"), Read(1, warnings=("unknown_column",))),
    case(
        "a header with a line break",
        text(HEAD.replace("Surname", '"Sur\nname"'), ROW),
        Refused("missing_column|unreadable"),
    ),
    case("a header with blanks around", text(HEAD.replace(",", " , "), ROW), Read(1)),
    case("a header in capitals", text(HEAD.upper(), ROW), Read(1)),
    case("a header with a no-break space", text(HEAD.replace("Surname", "Surname\u00a0"), ROW), Read(1)),
    case("a required column left out", text(HEAD.partition(",")[2], REST), Refused("missing_column")),
    case("a column too many", text(HEAD + ",Notes", ROW + ",x"), Read(1, warnings=("unknown_column",))),
    case(
        "columns in another order",
        text(
            "URN,Sex,DateOfBirth,LocalPatientID,Surname,Forename,Postcode,NHSNumber",
            "122400,F,2015-05-04,P1,Okafor,Ada,NG5 1AB,9990000018",
        ),
        Read(1),
    ),
    case(
        "a header of three thousand columns",
        text(HEAD + "," + ",".join(f"c{n}" for n in range(3000)), ROW),
        Refused("unreadable"),
    ),
    case("the header again among the rows", text(HEAD, ROW, HEAD, SECOND), Read(3, 1)),
    case("the same line twice", text(HEAD, ROW, ROW), Read(2, 2)),
    case("formulas in cells", text(HEAD, "P2,,=cmd|' /C calc'!A0,+1+1,2014-02-28,F,,"), Read(1)),
    case("a formula as identifier", text(HEAD, '"=HYPERLINK(""http://x"",""y"")",,A,B,2014-02-28,F,,'), Read(1)),
    case("a script in a cell", text(HEAD, "P2,,<script>alert(1)</script>,B,2014-02-28,F,,"), Read(1)),
    case("sql in a cell", text(HEAD, "P2,,'; drop table x; --,B,2014-02-28,F,,"), Read(1)),
    case("a date that does not exist", text(HEAD, ROW.replace("2015-05-04", "2015-02-30")), Read(1, 1)),
    case("american dates", text(HEAD, ROW.replace("2015-05-04", "05/13/2015")), Read(1, 1)),
    case("excel's serial dates", text(HEAD, ROW.replace("2015-05-04", "42128")), Read(1, 1)),
    case("a year of three digits", text(HEAD, ROW.replace("2015-05-04", "201-05-04")), Read(1, 1)),
    case("an nhs number in scientific form", text(HEAD, ROW.replace("9990000018", "9.99E+09")), Read(1)),
    case("an nhs number that lost its zeros", text(HEAD, ROW.replace("9990000018", "18")), Read(1)),
    case("digits of another alphabet", text(HEAD, ROW.replace("9990000018", "٩٩٩٠٠٠٠٠١٨")), Read(1)),
    case("right-to-left marks", text(HEAD, ROW.replace("Ada", "\u202eadA\u202c")), Read(1)),
    case("a zero-width space", text(HEAD, ROW.replace("Ada", "A\u200bda")), Read(1)),
    case("a word of a megabyte", text(HEAD, ROW.replace("Ada", "A" * MIB)), Read(1)),
    case("a zip named csv", b"PK\x03\x04" + b"\x00" * 100, Refused("unreadable")),
    case("an old excel file named csv", b"\xd0\xcf\x11\xe0" + b"\x00" * 100, Refused("unreadable")),
    case("a pdf named csv", b"%PDF-1.7\n" + b"x" * 100, Refused("unreadable")),
    case(
        "an html page named csv",
        b"<!DOCTYPE html><html><body>Session expired</body></html>",
        Refused("unknown_file|missing_column|unreadable"),
    ),
    case("json named csv", b'[{"LocalPatientID": "P1"}]', Refused("unknown_file|missing_column|unreadable")),
    case("random bytes", bytes((n * 7919 + 13) % 256 for n in range(5000)), Refused("unreadable|encoding")),
    case(
        "the wrong feed",
        text(
            "persontableid,NativeId,sen2tableid,surname,forename,personbirthdate,sex,ethnicity,postcode,upn,"
            "uniquelearnernumber,upnunknown",
            "10,892,1,A,B,2015-May-04 00:00:00,F,BAFR,,E892400024001,,",
        ),
        Refused("wrong_feed"),
    ),
    _several("one table in two files", Read(2), first=text(HEAD, ROW).encode(), second=text(HEAD, SECOND).encode()),
    _large("a line of forty megabytes", Refused("unreadable"), (HEAD.encode() + b"\n", 1), (b"x" * MIB, 40)),
    _large("a header of forty megabytes", Refused("unreadable"), (b"x" * MIB, 40)),
    _large("forty megabytes of commas", Refused("unreadable"), (HEAD.encode() + b"\n", 1), (b"," * MIB, 40)),
    _large("forty megabytes of blank lines", Refused("unreadable"), (HEAD.encode() + b"\n", 1), (b"\n" * MIB, 40)),
    _large(
        "lone quotes by turns", Read(400_000, 400_000), (HEAD.encode() + b"\n", 1), (b'P1,"x,,\nP2,x",,\n', 200_000)
    ),
    _large("quotes that never close", Refused("unreadable"), (HEAD.encode() + b"\n", 1), (b'"\n', 200_000)),
    _large("a hundred thousand ragged lines", Refused("unreadable"), (HEAD.encode() + b"\n", 1), (b"P1,x\n", 100_000)),
    _large(
        "a hundred thousand times one line",
        Read(100_000, 100_000),
        (HEAD.encode() + b"\n", 1),
        (ROW.encode() + b"\n", 100_000),
    ),
]
