"""Persons of a shape met before are read past the walk: that must not show in any row, message or refusal."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendjc_pipeline import feeds
from sendjc_pipeline.submissions import readers
from sendjc_pipeline.submissions.readers import FileRejected, xml_guard, xml_shape, xml_shapes, xml_tree
from sendjc_pipeline.warehouse.connection import connect

HEAD = "<Header><Collection>SEN2</Collection><Year>2025</Year><LEA>892</LEA></Header>"
TEXTS = [
    "", "Ada", "Zoë", " x ", "2015-05-04", "\N{GRINNING FACE}",
    "a&amp;b", "<![CDATA[<Sex>]]>", "a>b", "a<!-- </Person> -->b", "a\r\nb", "a<b/>c", "&", "\x01",
]  # fmt: skip
PLAIN = 6  # of the texts above, those of the first line: a person with any other is for the walk
SHAPES = [
    "<Person><Surname>{}</Surname><Sex>{}</Sex></Person>",
    "<Person>\r\n <Surname>{}</Surname>\n <UPN>{}</UPN>\n</Person>",
    "<Person><Surname>{}</Surname><Surname>{}</Surname></Person>",
    "<Person><Surname>{}</Surname><Requests><RYA>{}</RYA><ActivePlans/><ActivePlans><SENneed/></ActivePlans></Requests></Person>",
    "<Person><Requests/><Requests><Assessment><NamedPlan><PB>{}</PB></NamedPlan></Assessment></Requests><Sex>{}</Sex></Person>",
    "<Person><Odd><Surname>{}</Surname><Person>{}</Person></Odd></Person>",
    "<Person><Odd><Person><Surname>{}</Surname></Person><Sex>{}</Sex></Odd></Person>",
    '<Person a="x>y"><Surname b="{}">{}</Surname></Person>',
    "<PERSON><Surname>{}</Surname><Sex>{}</Sex></PERSON>",
    "<Person><Surname>{}<x/>{}</Surname></Person>",
    "<Person >{}<Sex >{}</Sex ></Person >",
    "<Other>{}<Person>{}</Person></Other>",
    "<!-- <Person><Surname>{}</Surname><Sex>{}</Sex></Person> -->",
    "<!-- </Person>{}<Person><Surname>{}</Surname><Sex>M</Sex></Person> -->",
    "{}{}",
]  # fmt: skip


def outcome(content: bytes, *, is_laid_out: bool, block: int, batch: int) -> tuple[object, ...]:
    """All that a reading leaves: what it says, and every row; and how many persons were laid out."""
    feed, laid = feeds.load("sen2"), []
    write = xml_shape.Shape.write
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch, connect() as con:
        path = Path(folder) / "sen2.xml"
        path.write_bytes(content)
        patch.setattr(xml_guard, "_BLOCK", block)
        patch.setattr(xml_tree, "BATCH", batch)
        patch.setattr(xml_shape.Shape, "write", lambda *args: (laid.append(1), write(*args)))
        if not is_laid_out:
            patch.setattr(xml_shapes.Shapes, "match", lambda *_: None)
        readers.prepare(con)
        try:
            said: object = readers.get("sen2")(con, feed, "2025", [path])
        except FileRejected as refusal:
            said = str(refusal)
        rows = [con.execute(f"select rowid, * from raw_{name} order by rowid").fetchall() for name in feed.tables]
    return said, rows, len(laid)


def message(persons: str, encoding: str = "UTF-8") -> bytes:
    return f'<?xml version="1.0" encoding="{encoding}"?><Message>{HEAD}<Persons>{persons}</Persons></Message>'.encode(encoding)  # fmt: skip


persons_of = st.tuples(st.sampled_from(SHAPES), st.sampled_from(TEXTS), st.sampled_from(TEXTS)).map(
    lambda drawn: drawn[0].format(*drawn[1:])
)
sound = st.tuples(st.sampled_from(SHAPES[:5]), st.sampled_from(TEXTS[:PLAIN]), st.sampled_from(TEXTS[:PLAIN])).map(
    lambda drawn: drawn[0].format(*drawn[1:])
)


@settings(max_examples=40, deadline=None)
@given(
    persons=st.lists(st.one_of(sound, sound, sound, persons_of), min_size=1, max_size=30),
    between=st.sampled_from(["", "\n", "\r\n  "]),
    encoding=st.sampled_from(["UTF-8", "UTF-8", "UTF-8", "utf-16"]),
    cut=st.one_of(st.none(), st.integers(1, 400)),
    block=st.sampled_from([150, 700, 3000]),
    batch=st.sampled_from([4, 100_000]),
)
def test_a_person_of_a_known_shape_is_read_as_the_walk_reads_it(
    persons: list[str], between: str, encoding: str, cut: int | None, block: int, batch: int
) -> None:
    content = message(between.join(persons), encoding)
    content = content[:-cut] if cut else content
    seen = [outcome(content, is_laid_out=is_laid_out, block=block, batch=batch) for is_laid_out in (True, False)]
    assert seen[0][:2] == seen[1][:2]
    assert seen[1][2] == 0


@settings(max_examples=60, deadline=None)
@given(
    broken=st.sampled_from(
        [
            *b"<>&/!?\"'=]\x00\x01\x0c\x7f\r\n \x80\xc2\xff",
            b"]]>",
            b"\xef\xbf\xbe",
            b"\xef\xbf\xbd",
            b"\xed\xa0\x80",
            b"<!--",
        ]
    ),
    place=st.floats(0.3, 1),
    is_put_in=st.booleans(),
    line_end=st.sampled_from(["", "\n", "\r\n", "\r"]),
)
def test_a_person_past_the_parser_is_refused_as_the_parser_refuses_it(
    broken: int | bytes, place: float, is_put_in: bool, line_end: str
) -> None:
    persons = [SHAPES[number % 3].format("Ada", "Zoë") for number in range(30)]
    content = message(line_end.join(persons))
    at, sign = int(place * (len(content) - 1)), bytes([broken]) if isinstance(broken, int) else broken
    content = content[:at] + sign + content[at + (0 if is_put_in else 1) :]
    seen = [outcome(content, is_laid_out=is_laid_out, block=300, batch=100_000) for is_laid_out in (True, False)]
    assert seen[0][:2] == seen[1][:2]


@pytest.mark.parametrize(
    "sign", [b"\x00", b"\x01", b"\x0c", b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\xed\xa0\x80", b"\xff", b"]]>"]
)
def test_a_sign_that_xml_forbids_is_refused_in_a_person_of_a_known_shape(sign: bytes) -> None:
    for place in range(20, 26):  # a person at the end of a block goes through the parser in any case
        persons = [SHAPES[0].format("AdaX" if number == place else "Ada", "F") for number in range(30)]
        content = message("".join(persons)).replace(b"AdaX", b"Ada" + sign)
        said, *_, laid = outcome(content, is_laid_out=True, block=300, batch=100_000)
        assert "SEN2.file.unreadable" in str(said)
        assert laid > 10


def test_a_refusal_counts_the_lines_of_persons_past_the_parser() -> None:
    persons = SHAPES[1].format("Ada", "x").replace("\r\n", "\n") + "\n"
    content = message(persons * 50 + "<Person><Sex>F</Person>")
    said, _, laid = outcome(content, is_laid_out=True, block=500, batch=100_000)
    assert "line 201" in str(said) and laid > 30


def test_most_persons_of_a_return_are_of_a_known_shape() -> None:
    content = message("\n".join(SHAPES[place % 5].format("Ada", place) for place in range(200)))
    *_, laid = outcome(content, is_laid_out=True, block=5000, batch=100_000)
    assert laid > 100


@pytest.mark.parametrize(
    "persons",
    [
        "<PERSON><Sex>F</Sex></PERSON><Person><Sex>M</Sex></Person>",
        "<Person><Odd><Person><Sex>F</Sex></Person></Odd><Sex>M</Sex></Person>",
        "<Person/><Person><Sex>M</Sex></Person>",
        "<Person><Sex>F</Sex></Person ><Person><Sex>M</Sex></Person>",
        "<!-- <Person><Sex>F</Sex></Person> --><Person><Sex>M</Sex></Person>",
        "</Persons><Persons><Person><Sex>M</Sex></Person>",
    ],
)
def test_what_looks_like_one_person_and_is_not(persons: str) -> None:
    content = message("<Person><Sex>M</Sex></Person>" * 20 + persons * 20)
    for block in (100, 1000):
        seen = [outcome(content, is_laid_out=is_laid_out, block=block, batch=9) for is_laid_out in (True, False)]
        assert seen[0][:2] == seen[1][:2]


def test_shapes_are_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_shapes, "_MAX_TAGS", 20)
    content = message("\n".join(SHAPES[place % 5].format("Ada", place) for place in range(100)))
    seen = [outcome(content, is_laid_out=is_laid_out, block=5000, batch=9) for is_laid_out in (True, False)]
    assert seen[0][:2] == seen[1][:2]


def test_rows_that_hold_nothing_are_rows(tmp_path: Path) -> None:
    path = tmp_path / "cin.xml"
    path.write_text(f"<Message>{HEAD}<Children><Child/><Child/></Children></Message>", encoding="utf-8")
    con = connect()
    readers.prepare(con)
    readers.get("cin_xml")(con, feeds.load("cin"), feeds.load("cin").default_spec, [path])
    assert con.execute("select lachildid, source_row from raw_child").fetchall() == [(None, 2), (None, 3)]
