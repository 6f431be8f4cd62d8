from __future__ import annotations

import logging
import random
import stat
import traceback
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.identity.attributes import PERSON_COLUMNS
from sendjc_pipeline.identity.columns import ORIGIN, raw_columns
from sendjc_pipeline.identity.failure import IdentityFailed
from sendjc_pipeline.identity.pseudonym import PERSON, Keys, pseudonym, record_purpose
from sendjc_pipeline.identity.pseudonymise import resolve_and_pseudonymise
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.connection import connect

from identity_samples import KEY, Q4, SECRET, Scene, deliver, listed, nhs, patient, pupil, upn  # isort: skip

PERSON_LEVEL = [name for name in feeds.names() if feeds.load(name).is_person_level]
TABLES = [(feed, table) for feed in PERSON_LEVEL for table in feeds.load(feed).tables]


@pytest.fixture
def scene(settings: Settings) -> Scene:
    return Scene(settings)


def _columns(path: Path) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in duckdb.execute(f"describe from read_parquet('{path}')").fetchall()]


def _everything(folder: Path) -> str:
    """Every value of every Parquet below a folder, as one text."""
    return "\n".join(
        str(value)
        for path in sorted(folder.rglob("*.parquet"))
        for row in duckdb.execute(f"select columns(*)::varchar from read_parquet('{path}')").fetchall()
        for value in row
    )


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}


def _busy(scene: Scene, children: int = 40) -> Scene:
    """Three feeds, two periods, linked and unlinked children, some without numbers."""
    names = [{"forename": f"Name{chr(65 + n % 26)}", "surname": f"Kin{chr(65 + n // 26)}"} for n in range(children)]
    scene.sen2(
        "nottingham",
        *(pupil(str(n), upn=upn(n) if n % 3 else None, postcode="NG7 2QX", **names[n]) for n in range(children)),
        requests=[{"requeststableid": f"r{n}", "persontableid": str(n)} for n in range(children)],
    )
    for period in ("2025-02", "2025-03"):
        scene.csds(
            "RHA", *(patient(f"p{n}", nhsnumber=nhs(n) if n % 4 else None) for n in range(children)), period=period,
            cyp101referral=[{"servicerequestid": f"s{n}", "localpatientid": f"p{n}"} for n in range(children)],
        )  # fmt: skip
    return scene.demographics("RHA", *(listed(f"p{n}", **names[n]) for n in range(0, children, 2)))


@pytest.mark.parametrize(("feed", "table"), TABLES, ids=lambda value: value)
def test_no_direct_identifier_survives(feed: str, table: str) -> None:
    declared = feeds.load(feed).tables[table]
    raw = dict(raw_columns(feeds.load(feed), declared))
    for column in declared.columns:
        assert (column.key in raw) == (column.privacy in ("none", "record_id", "person_id")), column.key
    assert ("person_key" in raw) == any(column.privacy == "person_id" for column in declared.columns)
    assert list(raw)[-len(ORIGIN) :] == list(ORIGIN)


def test_the_copies_have_the_declared_shape(scene: Scene) -> None:
    _busy(scene).run()
    for submission, _ in scene.deliveries:
        feed = feeds.load(submission.feed)
        for path in scene.pseudonymised.glob(f"{feed.name}/*/{submission.submission_id}.parquet"):
            assert _columns(path) == raw_columns(feed, feed.tables[path.parent.name])
    assert _columns(scene.identity / "person.parquet") == list(PERSON_COLUMNS.items())
    names = [name for name, _ in _columns(scene.identity / "person_link.parquet")]
    assert names == [
        "person_key",
        "partner",
        "feed",
        "source_person_id",
        "method",
        "match_probability",
        "is_in_doubt",
        "submission_id",
    ]


def test_rows_keep_their_order_their_origin_and_their_pseudonym(scene: Scene) -> None:
    _busy(scene).run()
    (path,) = scene.pseudonymised.glob(f"csds/cyp101referral/{scene.deliveries[1][0].submission_id}.parquet")
    rows = duckdb.execute(f"""
        select servicerequestid, localpatientid, partner, period, period_start, period_end, received_at, source_row
        from read_parquet('{path}')""").fetchall()
    purpose = record_purpose("csds", "RHA")
    assert rows[7] == (
        pseudonym(KEY, purpose, "s7", 24), pseudonym(KEY, purpose, "p7", 24), "RHA", "2025-02", date(2025, 2, 1),
        date(2025, 2, 28), datetime(2025, 4, 10, 9), 9,  # noqa: DTZ001
    )  # fmt: skip
    assert [row[-1] for row in rows] == list(range(2, 42))


def test_every_row_that_names_a_child_finds_it(scene: Scene) -> None:
    result = _busy(scene).run()
    people = {row[0] for row in scene.query("select person_key from person")}
    linked = {row[0] for row in scene.query("select person_key from person_link")}
    copied = duckdb.execute(f"""
        select distinct person_key from read_parquet('{scene.pseudonymised}/csds/cyp101referral/*.parquet')
        union select person_key from read_parquet('{scene.pseudonymised}/sen2/requests/*.parquet')""").fetchall()
    assert people == linked == {row[0] for row in copied}
    assert len(people) == result.persons
    (double,) = scene.query("""
        select count(*) - count(distinct (submission_id, partner, feed, source_person_id)) from person_link""")
    assert double == (0,)


def test_the_key_is_made_of_the_strongest_identifier(scene: Scene) -> None:
    scene.sen2(
        "derby", pupil("1", upn=upn(1), uniquelearnernumber="1234567893"), pupil("2", uniquelearnernumber="1234567902")
    )
    scene.csds("RY8", patient("7", nhsnumber=nhs(1)), patient("8")).run()
    canonical = [f"UPN:{upn(1)}", "ULN:1234567902", f"NHS:{nhs(1)}", "LOCAL:RY8|patient|8"]
    assert {row[0] for row in scene.query("select person_key from person")} == {
        pseudonym(KEY, PERSON, text, 32) for text in canonical
    }


def test_the_same_bytes_in_any_order_and_with_any_number_of_threads(scene: Scene, monkeypatch) -> None:
    _busy(scene).run()
    first = _bytes(scene.settings.restricted / "identity") | _bytes(scene.pseudonymised)

    def one_thread() -> duckdb.DuckDBPyConnection:
        con = connect()
        con.execute("set threads = 1")
        return con

    monkeypatch.setattr("sendjc_pipeline.identity.pseudonymise.connect", one_thread)
    random.Random(7).shuffle(scene.deliveries)
    scene.run()
    assert _bytes(scene.settings.restricted / "identity") | _bytes(scene.pseudonymised) == first


def test_another_key_changes_every_pseudonym(scene: Scene) -> None:
    _busy(scene).run()
    before = {row[0] for row in scene.query("select unnest([person_key, source_person_id]) from person_link")}
    scene.run(key=Keys.of_master(bytes(32)))
    assert not before & {
        row[0] for row in scene.query("select unnest([person_key, source_person_id]) from person_link")
    }


def test_nobody_at_all_still_gives_typed_files(scene: Scene) -> None:
    result = scene.run()
    assert (result.persons, result.links_by_method, result.unlinked_by_feed) == (0, {}, {})
    assert _columns(scene.identity / "person.parquet") == list(PERSON_COLUMNS.items())
    assert scene.pseudonymised.is_dir()


def test_rejected_and_published_submissions_are_passed_over(scene: Scene) -> None:
    submission, receipt = deliver(scene.settings.home, "sen2", "derby", "2024-25-Q4", {"person": [pupil("1")]})
    scene.deliveries.append((submission, receipt.model_copy(update={"status": "rejected"})))
    published = submission.model_copy(update={"feed": "dfe_ehc_plans", "partner": "dfe", "period": "2024"})
    scene.deliveries.append((published, receipt))
    assert scene.run().persons == 0


def test_folders_are_private_and_nothing_is_left_behind(scene: Scene) -> None:
    _busy(scene)
    abandoned = scene.settings.restricted / "identity" / f".{Q4.label}-killed"
    abandoned.mkdir(parents=True)
    scene.run()
    scene.run()
    folders = [path for path in scene.settings.restricted.rglob("*") if path.is_dir() and "accepted" not in path.parts]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    left = sorted(path.name for path in (scene.settings.restricted / "identity").iterdir())
    assert left == [Q4.label, "key_event.parquet", "review", "scores"]
    assert not list(scene.settings.temp.iterdir())


def test_a_table_that_is_gone_from_the_next_delivery_goes_too(scene: Scene) -> None:
    _busy(scene).run()
    scene.deliveries = scene.deliveries[:1]
    scene.run()
    assert [path.name for path in scene.pseudonymised.iterdir()] == ["sen2"]


def test_a_row_whose_child_is_missing_stops_the_run_and_the_old_files_stand(scene: Scene) -> None:
    _busy(scene).run()
    before = _bytes(scene.settings.restricted / "identity") | _bytes(scene.pseudonymised)
    scene.csds("RTD", patient("1"), cyp101referral=[{"servicerequestid": "1", "localpatientid": "Xavier"}])
    with pytest.raises(IdentityFailed, match=r"1 accepted rows of csds\.cyp101referral") as caught:
        scene.run()
    assert "Xavier" not in str(caught.value)
    assert _bytes(scene.settings.restricted / "identity") | _bytes(scene.pseudonymised) == before


# Canaries: values that occur nowhere by chance.
CANARIES = {
    "forename": "Quetzalcoatlina", "surname": "Zyxwvutsworth", "postcode": "NG7 9ZX", "upn": upn(777), "uln": "1597534562",
    "nhs": nhs(777), "person id": "PID-canary-314159", "record id": "RID-canary-271828", "birth date": "2013-11-17",
}  # fmt: skip


def _planted(scene: Scene) -> Scene:
    c, born = CANARIES, date.fromisoformat(CANARIES["birth date"])
    name = {"forename": c["forename"], "surname": c["surname"], "postcode": c["postcode"]}
    scene.sen2(
        "nottingham", pupil(c["person id"], upn=c["upn"], uniquelearnernumber=c["uln"], **name | {"personbirthdate": born}),
        requests=[{"requeststableid": c["record id"], "persontableid": c["person id"], "sourceid": c["record id"]}],
    )  # fmt: skip
    scene.csds(
        "RHA", patient(c["person id"], nhsnumber=c["nhs"], postcode=c["postcode"], dateofbirth=born),
        cyp101referral=[{"servicerequestid": c["record id"], "localpatientid": c["person id"]}],
    )  # fmt: skip
    return scene.demographics("RHA", listed(c["person id"], nhsnumber=c["nhs"], **name | {"dateofbirth": born}))


def _spellings() -> set[str]:
    words = set(CANARIES.values()) | {CANARIES["postcode"].replace(" ", ""), "17/11/2013", "2013-Nov-17", SECRET.hex()}
    return {spelling for word in words for spelling in (word, word.upper(), word.lower())}


def test_no_canary_leaves_the_restricted_inputs(scene: Scene, caplog, capfd) -> None:
    with caplog.at_level(logging.DEBUG):
        result = _planted(scene).run()
    assert result.on_both_sides == 1
    written = _everything(scene.identity) + _everything(scene.pseudonymised)
    names = "\n".join(str(path) for path in scene.settings.restricted.rglob("*") if "accepted" not in path.parts)
    printed = "".join(capfd.readouterr())
    for text in (written, names, printed, caplog.text, repr(result)):
        assert not [spelling for spelling in _spellings() if spelling in text]


@pytest.mark.parametrize("damage", ["a text where a date belongs", "a missing column", "no Parquet at all"])
def test_no_failure_quotes_a_record_or_the_key(scene: Scene, damage: str) -> None:
    _planted(scene)
    path = scene.deliveries[0][1].folder / "person.parquet"
    wrong = path.with_suffix(".wrong")
    if damage == "no Parquet at all":
        wrong.write_text(CANARIES["surname"] * 50)
    else:
        change = (
            f"replace ('{CANARIES['surname']}' as personbirthdate)" if "date" in damage else "exclude (persontableid)"
        )
        duckdb.execute(f"copy (select * {change} from read_parquet('{path}')) to '{wrong}' (format parquet)")
    wrong.replace(path)
    with pytest.raises(IdentityFailed) as caught:
        scene.run()
    said = (
        "".join(traceback.format_exception(caught.value))
        + repr(caught.value.__context__)
        + repr(caught.value.__cause__)
    )
    assert not [spelling for spelling in _spellings() if spelling in said]
    assert caught.value.__context__ is None
    assert not scene.identity.exists()


def test_a_process_killed_between_the_two_folders_leaves_no_mixed_quarter(scene: Scene, monkeypatch) -> None:
    _busy(scene).run()
    rename, done = Path.rename, []

    def dies_after_three(self: Path, target: Path) -> Path:
        done.append(target)
        if len(done) > 3:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", dies_after_three)
    with pytest.raises(KeyboardInterrupt):
        scene.run()
    assert not scene.identity.exists()


def test_received_at_is_written_in_utc(settings: Settings) -> None:
    submission, receipt = deliver(
        settings.home,
        "demographics",
        "RHA",
        "2024-25-Q4",
        {"demographics": [listed("1")]},
        datetime(2025, 4, 1, 23, 30, tzinfo=UTC),
    )
    resolve_and_pseudonymise(settings, Q4, [(submission, receipt)], KEY)
    (path,) = (settings.restricted / "pseudonymised" / Q4.label).rglob("*.parquet")
    (row,) = duckdb.execute(f"select received_at::varchar from read_parquet('{path}')").fetchall()
    assert row == ("2025-04-01 23:30:00",)
