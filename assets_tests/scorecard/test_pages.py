"""What every page owes its reader: right words for what is missing, nothing fetched, nothing unescaped, small, and the same each time."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import duckdb
import pytest
from lxml import html

from assets_tests.scorecard.made_release import LONG, make_release
from sendjc_pipeline.scorecard import board, changes, charts, words
from sendjc_pipeline.scorecard.bundle import Bundle, TornRelease
from sendjc_pipeline.scorecard.listing import listing
from sendjc_pipeline.scorecard.site import LIMIT_BYTES, write_scorecard


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_release(tmp_path_factory.mktemp("release"))
    write_scorecard(folder)
    return folder


def pages(release: Path) -> list[Path]:
    return [*sorted((release / "scorecard").glob("*.html")), release / "dictionary.html"]


def text(release: Path, name: str) -> str:
    tree = html.fromstring((release / "scorecard" / name).read_text())
    for style in tree.iter("style"):
        style.text = ""
    return re.sub(r"\s+", " ", tree.text_content())


def test_every_page_is_small_and_fetches_nothing(release: Path) -> None:
    assert len(pages(release)) > 12
    for page in pages(release):
        source = page.read_text()
        assert page.stat().st_size <= LIMIT_BYTES, page.name
        assert not re.search(r"<(script|link|img|iframe|object)\b", source), page.name
        assert not re.search(r"(src|href)=\"(https?:|//)", source), page.name
        assert "url(" not in source and "@import" not in source, page.name


def test_every_link_leads_to_a_page(release: Path) -> None:
    for page in pages(release):
        for target in html.fromstring(page.read_text()).xpath("//a/@href"):
            if not target.startswith("#"):
                assert (page.parent / target).resolve().is_file(), f"{page.name} links to {target}"


def test_markup_in_a_text_is_shown_and_not_obeyed(release: Path) -> None:
    source = (release / "scorecard" / "metric-slt-wait-over-18w-pct.html").read_text()
    assert "<script>alert" not in source
    assert "&lt;script&gt;alert" in source


def test_a_missing_figure_says_why(release: Path) -> None:
    waits, ehc = text(release, "metric-slt-wait-over-18w-pct.html"), text(release, "metric-ehcp-20w-pct-exc.html")
    assert "Newcastle upon Tyne: Hidden: it tells of so few children" in waits
    assert "Nottingham: Hidden: if it were shown, another hidden figure could be worked out" in waits
    assert "Derby: Withheld: the SEN2 return of Derby was refused." in ehc
    assert "Newcastle upon Tyne: Not supplied: nobody sent sen2." in ehc


def test_the_page_answers_whether_the_target_is_met_and_can_be_trusted(release: Path) -> None:
    said = text(release, "metric-ehcp-20w-pct-exc.html")
    assert (
        "Nottinghamshire: 47.9% (57 of 119) in the calendar year so far. The target is 40.0% by 31 July 2024: met, rated Green"
        in said
    )
    assert (
        "Data quality is grade B, good; uncertain links put it between 46.0% and 49.0%; it is provisional until the freeze."
        in said
    )


def test_a_trend_is_told_in_words(release: Path) -> None:
    said = text(release, "metric-slt-wait-over-18w-pct.html")
    assert (
        "Trend: getting worse: higher than chance explains; it will keep missing the target unless something changes."
        in said
    )


def test_one_point_is_no_chart(release: Path) -> None:
    assert "Derby: 1 month has a figure; a chart needs two." in text(
        release, "metric-slt-wait-over-18w-pct.html"
    ).replace(", Slt", "")


def test_a_long_name_and_a_true_zero_stand(release: Path) -> None:
    said = text(release, "metric-long-name-count.html")
    assert LONG in said
    assert "Nottinghamshire: 0 in the quarter." in said


def test_pages_of_a_table_that_the_release_lacks_say_so(release: Path) -> None:
    assert "Not in this release." in text(release, "delivery-plan.html")
    assert "Not in this release." in text(release, "quality.html")


def test_what_changed_has_a_reason(release: Path) -> None:
    assert "Sen2 of derby came again." in text(release, "changes.html")


def test_every_picture_has_a_name_words_and_a_table(release: Path) -> None:
    drawn = 0
    for page in pages(release):
        for figure in html.fromstring(page.read_text()).iter("figure"):
            drawn += len(figure.xpath(".//*[local-name()='svg']"))
            assert figure.xpath("./figcaption")[0].text_content().strip()
            assert figure.xpath(".//table//tr")
            assert all(
                svg.get("role") == "img" and svg.get("aria-label") for svg in figure.xpath(".//*[local-name()='svg']")
            )
    assert drawn >= 4


def test_the_board_summary_is_two_pages(release: Path) -> None:
    summary = (release / "scorecard" / "board-nottinghamshire.pdf").read_bytes()
    assert summary.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", summary)) == 2


def test_the_board_summary_tells_the_window_of_each_figure_under_a_heading(release: Path) -> None:
    summary = (release / "scorecard" / "board-nottinghamshire.pdf").read_bytes()
    streams = re.findall(rb"stream\r?\n(.*?)endstream", summary, re.DOTALL)
    pages = [text for stream in streams if b" Tj" in (text := _unpacked(stream))]
    said = [cell.decode("latin-1") for cell in re.findall(rb"\((.*?)\) Tj", pages[-1])]
    at = said.index("Measure")
    assert said[at : at + 5] == ["Measure", "When", "Value", "England", "Verdicts"]
    assert said[at + 5 : at + 9] == [
        "New EHC plans issued within 20 weeks, exceptions left out",
        "calendar year",
        "47.9%",
        "46.4%",
    ]


def test_the_board_summary_doubts_no_figure_that_is_not_shown(tmp_path: Path) -> None:
    folder = make_release(tmp_path / "doubted")
    path = folder / "metric_quarterly.parquet"
    duckdb.execute(f"copy (select * replace ('C' as dq_grade) from '{path}') to '{path}.new' (format parquet)")
    path.with_name(f"{path.name}.new").replace(path)
    with Bundle(folder) as bundle:
        figures = [f for f in bundle.figures if f.area_id == "newcastle" and f.is_total]
        assert any(not f.is_shown for f in figures)
        said = board._doubts(figures)
    assert said and not any("waiting more than 18 weeks" in line or line.endswith(": ") for line in said)


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def test_the_same_release_gives_the_same_bytes(release: Path, tmp_path: Path) -> None:
    again = make_release(tmp_path / "again")
    for path in write_scorecard(again):
        assert (again / path).read_bytes() == (release / path).read_bytes(), path


def test_an_empty_quarter_has_pages_too(tmp_path: Path) -> None:
    folder = make_release(tmp_path / "empty")
    for name in ("metric_quarterly", "metric_monthly"):
        path = folder / f"{name}.parquet"
        duckdb.execute(f"copy (select * from '{path}' limit 0) to '{path}.new' (format parquet)")
        path.with_name(f"{name}.parquet.new").replace(path)
    write_scorecard(folder)
    assert "0 of 0 figures are given" in text(folder, "index.html")
    assert "No area has a row of this measure" in text(folder, "metric-send-cohort-count.html")


def test_codes_in_a_reason_are_said_by_name_and_the_lowest_score_in_words() -> None:
    late = "grade C by timeliness 70 %: a file came after the freeze date"
    assert words.weakness(late) == "for its timeliness (70 of 100): a file came after the freeze date"
    none = "no file covers 9 months; unreliable, grade D by completeness 0 %: of what was due, could be used"
    assert words.weakness(none) == "for its completeness: 0% of what was due, could be used; no file covers 9 months"
    assert words.why_missing("none", "final", f"nothing to measure; {late}") == "No figure: nothing to measure."
    assert words.within("Speech and language therapy") == "speech and language therapy"
    assert words.within("SEN2 return") == "SEN2 return"
    assert words.within("Nottinghamshire Healthcare") == "Nottinghamshire Healthcare"


def test_the_page_of_changes_names_the_files_behind_them(release: Path) -> None:
    with Bundle(release) as bundle:
        bundle.manifest = {
            **bundle.manifest,
            "moved_submissions": [{"partner": "derby", "feed": "sen2", "cause": "correction"}],
        }
        assert changes.files(bundle) == ["A corrected file: Sen2 from Derby."]


def test_the_overview_begins_with_the_targets(release: Path) -> None:
    said = text(release, "index.html")
    assert said.index("Are targets met?") < said.index("measures by area")
    assert re.search(
        r"exceptions left out in the calendar year so far; higher is better\s*Nottinghamshire\s*47\.9%", said
    )
    assert re.search(r"40\.0% by 31 July 2024\s*met", said)


def test_a_state_has_one_colour_and_a_band_one_place_whatever_is_hidden(release: Path) -> None:
    page = html.fromstring((release / "scorecard" / "pathway-slcn.html").read_text())
    derby, nottinghamshire = page.xpath("//figure[.//*[local-name()='svg']]")
    for figure in (derby, nottinghamshire):
        drawn = [node.text for node in figure.xpath(".//*[local-name()='svg']//*[local-name()='text']")]
        assert [said for said in drawn if said in ("still waiting", "finished in the quarter")] == [
            "still waiting",
            "finished in the quarter",
        ]
        assert "0 to 4 weeks" in drawn and "hidden" in drawn
    spec = charts.bands([{"band": "b", "state": "two", "children": 1, "shown": "1"}], ["one", "two"])
    assert spec["layer"][0]["encoding"]["color"]["scale"]["domain"] == ["one", "two"]
    assert "a hidden number still waiting; a hidden number finished in the quarter." in page.text_content()


@pytest.mark.parametrize(("last", "named"), [(3, 3), (36, 6), (1, 1)])
def test_an_axis_names_no_month_twice(last: int, named: int) -> None:
    months = [f"{2022 + at // 12}-{at % 12 + 1:02d}" for at in range(last)]
    points = [{"month": m, "value": 1.0, "mean": None, "lower": None, "upper": None, "cause": "none"} for m in months]
    ticks = charts.xmr(points, None, "%")["layer"][0]["encoding"]["x"]["axis"]["values"]
    assert len(ticks) == len(set(ticks)) == named


def test_names_with_numbers_stand_in_the_order_of_the_numbers() -> None:
    assert sorted(["5-10", "Year 10", "11-15", "0-4", "Year 9"], key=words.in_order) == [
        "Year 9",
        "Year 10",
        "0-4",
        "5-10",
        "11-15",
    ]


def test_a_column_that_is_hidden_in_every_row_says_so() -> None:
    row = {"step": "Plan", "open_count": None, "suppression": "primary"}
    table = listing("Steps", [row], {"step": "Step", "open_count": "Open"})
    assert table.rows == [["Plan", "Hidden"]]
    assert table.notes == [words.HIDDEN]


def test_hidden_for_another_reason_is_no_change(release: Path, tmp_path: Path) -> None:
    folder = make_release(tmp_path / "again")
    duckdb.execute(f"""
        copy (
            select 'metric_quarterly' as table_name, 'send_cohort_count' as metric_id, 'derby' as area_id, 'quarter' as time_window,
                'Total' as service, 'Total' as tier, 'Total' as breakdown_topic, 'suppression' as column_name, 'correction' as cause,
                'secondary' as old_value, 'primary' as new_value, 'secondary' as old_suppression, 'primary' as new_suppression
        ) to '{folder}/tables/revision.parquet' (format parquet)""")
    with Bundle(folder) as bundle:
        assert changes.in_brief(bundle) == []
        assert [section.heading for section in changes.everything(bundle)] == ["Changed cells in all tables"]


@pytest.mark.parametrize("name", ["metric_quarterly.parquet", "manifest.json", "marts.duckdb"])
def test_a_torn_release_is_one_line_with_file_and_remedy(tmp_path: Path, name: str) -> None:
    folder = make_release(tmp_path / "torn")
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 3])
    with pytest.raises(TornRelease, match=rf"{name} is missing or torn: copy the whole release") as refused:
        write_scorecard(folder)
    assert "\n" not in str(refused.value)
    (folder / name).unlink()
    with pytest.raises(TornRelease, match=name):
        write_scorecard(folder)
