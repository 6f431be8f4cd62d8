"""XML returns: entities, expansion, depth, truncation, foreign content."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cases import Case, Read, Refused, one

HEADER = (
    "<Header><CollectionDetails><Collection>SEN2</Collection><Year>2025</Year><ReferenceDate>2025-01-16</ReferenceDate></CollectionDetails>"
    "<Source><SourceLevel>L</SourceLevel><LEA>892</LEA><SoftwareCode>x</SoftwareCode><Release>1</Release><SerialNo>1</SerialNo>"
    "<DateTime>2025-03-01T09:00:00</DateTime></Source><DMO>1</DMO><DCO>1</DCO><DSCO>1</DSCO></Header>"
)
PERSON = (
    "<Person><Surname>Okafor</Surname><Forename>Ada</Forename><PersonBirthDate>2015-05-04</PersonBirthDate><Sex>F</Sex>"
    "<Ethnicity>BAFR</Ethnicity><PostCode>NG5 1AB</PostCode><UPN>E892400024001</UPN>"
    "<Requests><ReceivedDate>2024-09-02</ReceivedDate><RequestSource>1</RequestSource><RYA>0</RYA>"
    "<RequestOutcomeDate>2024-10-01</RequestOutcomeDate><RequestOutcome>N</RequestOutcome><RequestMediation>0</RequestMediation>"
    "<RequestTribunal>0</RequestTribunal></Requests></Person>"
)
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>'
MIB = 1024 * 1024


def tree(persons: str, *, head: str = DECLARED, root: str = "Message", header: str = HEADER) -> bytes:
    """A return with those persons."""
    return f"{head}<{root}>{header}<Persons>{persons}</Persons></{root}>".encode()


def case(name: str, content: bytes, expect: Refused | Read) -> Case:
    """One SEN2 return."""
    return Case(name, "sen2", one("sen2.xml", content), expect)


def _large(name: str, expect: Refused | Read, before: bytes, piece: bytes, times: int, after: bytes) -> Case:
    def build(folder: Path) -> Sequence[Path]:
        path = folder / "sen2.xml"
        with path.open("wb") as file:
            file.write(before)
            for _ in range(times):
                file.write(piece)
            file.write(after)
        return [path]

    return Case(name, "sen2", build, expect)


START = f"{DECLARED}<Message>{HEADER}<Persons>".encode()
END = b"</Persons></Message>"
_LOLS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION = f'{DECLARED}<!DOCTYPE Message [<!ENTITY l0 "lol">{_LOLS}]>'
EXTERNAL = f'{DECLARED}<!DOCTYPE Message [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
REMOTE = f'{DECLARED}<!DOCTYPE Message SYSTEM "http://127.0.0.1:9/x.dtd">'
PARAMETER = f'{DECLARED}<!DOCTYPE Message [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>'

FOREIGN = PERSON.replace("Ada", "Zoë")
INCLUDED = b'<Persons xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/>'
NAMES = b"".join(b"<x%d/>" % n for n in range(2000))
LAST = b"</Person>" + END
CASES: list[Case] = [
    case("a sound return", tree(PERSON), Read(1, table="person")),
    case("a return with a namespace", tree(PERSON).replace(b"<Message>", b'<Message xmlns="urn:x">'), Read(1, table="person")),
    case("a return in utf-16", tree(PERSON).decode().replace("UTF-8", "UTF-16").encode("utf-16"), Read(1, table="person")),
    case("a return in latin-1", tree(FOREIGN, head='<?xml version="1.0" encoding="ISO-8859-1"?>').decode().encode("latin-1"), Read(1, table="person")),
    case("a return that lies about its encoding", tree(PERSON.replace("Ada", "Zoë")).decode().encode("latin-1"), Refused("unreadable")),
    case("comments and instructions", tree(f"<!-- x -->{PERSON}<?x y?>"), Read(1, table="person")),
    case("cdata", tree(PERSON.replace("Okafor", "<![CDATA[O<k]]>")), Read(1, table="person")),
    case("no persons", tree(""), Read(0, table="person", warnings=("no_rows",))),
    case("an empty xml", b"", Refused("empty")),
    case("a declaration alone", DECLARED.encode(), Refused("unreadable")),
    case("text before the tree", b"x" + tree(PERSON), Refused("unreadable")),
    case("text after the tree", tree(PERSON) + b"x", Refused("unreadable")),
    case("cut in the middle", tree(PERSON)[: len(tree(PERSON)) // 2], Refused("unreadable")),
    case("cut before the end", tree(PERSON)[:-3], Refused("unreadable")),
    case("a tag that is not closed", tree(PERSON.replace("</Surname>", "")), Refused("unreadable")),
    case("an ampersand", tree(PERSON.replace("Okafor", "O&k")), Refused("unreadable")),
    case("a null", tree(PERSON).replace(b"Okafor", b"O\x00k"), Refused("unreadable")),
    case("a billion laughs", tree(PERSON.replace("Okafor", "&l9;"), head=BILLION), Refused("unsafe_xml|unreadable")),
    case("an entity that is not used", tree(PERSON, head=BILLION), Refused("unsafe_xml")),
    case("an external entity", tree(PERSON.replace("Okafor", "&x;"), head=EXTERNAL), Refused("unsafe_xml|unreadable")),
    case("a remote document type", tree(PERSON, head=REMOTE), Refused("unsafe_xml")),
    case("a parameter entity", tree(PERSON, head=PARAMETER), Refused("unsafe_xml|unreadable")),
    case("an inclusion", tree(PERSON).replace(b"<Persons>", INCLUDED), Read(1, table="person")),
    case("another return", b"<?xml version='1.0'?><Message><Header/><Children><Child/></Children></Message>", Refused("wrong_feed")),
    case("a return without its header", tree(PERSON, header=""), Refused("wrong_feed")),
    case("an unknown item", tree(PERSON.replace("<Sex>", "<ShoeSize>4</ShoeSize><Sex>")), Read(1, table="person", warnings=("unknown_column",))),
    case("an item twice", tree(PERSON.replace("<Sex>", "<Sex>F</Sex><Sex>")), Read(1, table="person", warnings=("repeated_item",))),
    case("depth of three hundred", tree("<a>" * 300 + "</a>" * 300 + PERSON), Refused("wrong_feed|unsafe_xml")),
    case("depth of a hundred thousand", tree("<a>" * 100_000), Refused("wrong_feed|unsafe_xml")),
    case("ten thousand attributes", tree(PERSON.replace("<Person>", "<Person " + " ".join(f'a{n}="1"' for n in range(10_000)) + ">")), Refused("unsafe_xml")),
    case("a csv named xml", b"persontableid,surname\n1,A\n", Refused("unreadable")),
    _large("a text of twenty megabytes", Refused("unsafe_xml|unreadable"), START + b"<Person><Surname>", b"x" * MIB, 20, b"</Surname></Person>" + END),
    _large("a million foreign elements in a person", Read(1, 1, "person", ("unknown_column",)), START + b"<Person>", b"<x/>" * 1000, 1000, LAST),
    _large("a million foreign elements beside the persons", Refused("wrong_feed|unsafe_xml"), START, b"<x><y>1</y></x>" * 1000, 500, PERSON.encode() + END),
    _large("a million foreign names", Refused("unsafe_xml|unreadable"), START + b"<Person>", NAMES, 300, LAST),
]  # fmt: skip
