"""Keys are changed whole or not at all, and every ledger keeps its meaning."""

from __future__ import annotations

import json
import stat
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import Result
from typer.testing import CliRunner

from sendjc_pipeline.cli import app
from sendjc_pipeline.identity import keyring, rotation, swap, verdicts
from sendjc_pipeline.identity.decisions import decisions_file
from sendjc_pipeline.identity.keys_in_force import keys_in_force
from sendjc_pipeline.identity.pseudonym import EXTRACT, PERSON, PURPOSES, RECORD, REVIEW
from sendjc_pipeline.identity.pseudonymise import IdentityResult, resolve_and_pseudonymise
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import MissingKey, SendjcError, Settings

from identity_samples import Q4, Scene, listed, nhs, pupil, upn  # isort: skip

ADA = {"forename": "Ada", "surname": "Lovelace", "postcode": "NG7 2QX"}
NOW = datetime(2025, 6, 1, 9, tzinfo=UTC)
Q3 = Quarter.parse("2024-25-Q3")
NOTHING: dict[str, str] = {}


@pytest.fixture
def scene(settings: Settings) -> Scene:
    """Children of every kind: with numbers, without, in the grey band, decided upon, merged, and one whose submission is gone."""
    scene = Scene(settings)
    scene.sen2("derby", pupil("1", **ADA), pupil("2", upn=upn(2), forename="Eve", surname="Byron"))
    scene.demographics(
        "RHA",
        listed("8", **ADA | {"postcode": "DE1 1AA", "dateofbirth": date(2015, 6, 16)}),
        listed("9", nhsnumber=nhs(9), forename="Eve", surname="Byron"),
    )
    scene.csds("RHA", {"localpatientid": "9", "nhsnumber": nhs(9), "dateofbirth": date(2015, 6, 15), "gender": "2"})  # fmt: skip
    run(scene, Q3)
    run(scene)
    with verdicts.opened(settings) as con:
        for reviewer in ("j.ali", "k.lee"):
            pairs = verdicts.waiting(con, settings, Q4, reviewer)
            assert pairs.height == 1
            verdicts.issue(con, settings, pairs, reviewer, NOW.date())
            said = pairs.select("pair").with_columns(verdict=_same())
            verdicts.record(con, settings, said, reviewer, NOW.date(), NOW)
    run(scene)
    return scene


def _same():
    import polars as pl

    return pl.lit("same")


def run(scene: Scene, quarter: Quarter = Q4) -> IdentityResult:
    keys = keys_in_force(scene.settings, NOTHING)
    return resolve_and_pseudonymise(scene.settings, quarter, scene.deliveries, keys)


def rotate(scene: Scene, purposes: Sequence[str] = rotation.ROTATABLE, **environ: str) -> rotation.Rotated:
    return rotation.rotate(scene.settings, purposes, "yearly", NOW, scene.deliveries, environ)


def rows(path: Path, what: str = "*") -> list[tuple[object, ...]]:
    return duckdb.execute(f"select {what} from read_parquet('{path}') order by all").fetchall()


def files(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def events(scene: Scene) -> Path:
    return scene.settings.restricted / "identity" / "key_event.parquet"


def links(scene: Scene) -> list[tuple[object, ...]]:
    """Who is who: each record with its key."""
    return scene.query(
        "select partner, feed, submission_id, method, source_person_id, person_key from person_link order by all"
    )


def rekeyed(scene: Scene, done: rotation.Rotated, purpose: str) -> dict[object, object]:
    assert done.table is not None
    return {old: new for kind, old, new, _ in rows(done.table) if kind == purpose}


def test_new_keys_are_one_to_one_with_the_old_through_the_table(scene: Scene) -> None:
    before = scene.query("select distinct feed, partner, method, person_key from person_link order by all")
    done = rotate(scene)
    run(scene)
    after = scene.query("select distinct feed, partner, method, person_key from person_link order by all")
    table = rekeyed(scene, done, PERSON)
    assert {(*row[:3], table[row[3]]) for row in before} == set(after)
    assert not {row[3] for row in before} & {row[3] for row in after}
    assert len(set(table.values())) == len(table)


def test_no_merge_and_no_split_is_recorded_and_what_was_recorded_is_translated(scene: Scene) -> None:
    old = rows(events(scene), "kind, from_key, to_key, records")
    assert {kind for kind, *_ in old} == {"first", "merge"}
    done = rotate(scene)
    table = rekeyed(scene, done, PERSON) | {None: None}
    run(scene)
    new = rows(events(scene), "kind, from_key, to_key, records")
    assert set(new) == {(kind, table[a], table[b], n) for kind, a, b, n in old}


def test_what_clerks_decided_still_joins_the_records_and_is_not_asked_again(scene: Scene) -> None:
    done = rotate(scene)
    assert run(scene).doubtful == 0
    assert ["RHA/demographics/clerical", "derby/sen2/local_id"] in scene.children()
    table = rekeyed(scene, done, REVIEW)
    assert {token for row in rows(decisions_file(scene.settings), "token_a, token_b") for token in row} <= set(
        table.values()
    )
    with verdicts.opened(scene.settings) as con:
        (issued,) = con.execute(
            f"select count(*) from issued where pair = {verdicts.PAIR} and token_a < token_b"
        ).fetchall()
        assert issued == (2,)
        assert verdicts.states(con) == {"same": 1}


def test_scores_are_kept(scene: Scene) -> None:
    rotate(scene)
    assert run(scene).compared == 0


def test_every_map_of_every_quarter_is_in_the_new_keys(scene: Scene) -> None:
    maps = [scene.settings.restricted / "identity" / q.label / "key_map.parquet" for q in (Q3, Q4)]
    old = [rows(path) for path in maps]
    done = rotate(scene)
    tokens, people = rekeyed(scene, done, REVIEW), rekeyed(scene, done, PERSON)
    assert [rows(path) for path in maps] == [sorted((tokens[t], people[p], m) for t, p, m in kept) for kept in old]
    run(scene)
    assert rows(maps[1]) == sorted((tokens[t], people[p], m) for t, p, m in old[1])


def test_nothing_in_a_retired_key_is_left_beside_the_table(scene: Scene) -> None:
    retired = {str(row[-1]) for row in links(scene)} | {str(row[-2]) for row in links(scene)}
    made = scene.settings.restricted / "disagreement" / Q4.label / "derby.parquet"  # as a build writes it
    made.parent.mkdir(parents=True)
    duckdb.execute(f"copy (select person_key from '{scene.identity}/person_link.parquet') to '{made}'")
    with verdicts.opened(scene.settings) as con:
        conflicts = verdicts.write_conflicts(con, scene.settings)
    done = rotate(scene)
    assert not conflicts.exists()
    left = [
        path
        for path in scene.settings.restricted.rglob("*.parquet")
        if path != done.table and "accepted" not in path.parts
        if retired & {str(value) for row in rows(path) for value in row}
    ]
    assert left == []


def test_a_ledger_that_speaks_of_what_is_gone_from_landing_is_carried(scene: Scene) -> None:
    old = rows(decisions_file(scene.settings), "token_a, token_b")
    scene.deliveries = scene.deliveries[:1]
    done = rotate(scene)
    assert done.carried > 0 and done.table is not None
    assert {basis for (basis,) in rows(done.table, "basis")} == {"recomputed", "carried"}
    new = rows(decisions_file(scene.settings), "token_a, token_b")
    assert len(new) == len(old) and not {t for row in new for t in row} & {t for row in old for t in row}


def test_one_purpose_can_be_changed_alone(scene: Scene) -> None:
    before, keys = links(scene), keys_in_force(scene.settings, NOTHING)
    rotate(scene, [PERSON])
    now = keys_in_force(scene.settings, NOTHING)
    assert [p for p in PURPOSES if keys.fingerprint(p) != now.fingerprint(p)] == [PERSON]
    run(scene)
    assert [row[:5] for row in links(scene)] == [row[:5] for row in before]
    assert {row[5] for row in links(scene)} & {row[5] for row in before} == set()


def test_a_change_of_record_ids_keeps_the_children(scene: Scene) -> None:
    before = links(scene)
    assert rotate(scene, [RECORD]).table is None
    run(scene)
    assert {row[5] for row in links(scene)} == {row[5] for row in before}
    assert {row[4] for row in links(scene)} & {row[4] for row in before} == set()


def test_a_second_rotation_leads_on_from_the_first(scene: Scene) -> None:
    first = {row[5] for row in links(scene)}
    one = rekeyed(scene, rotate(scene), PERSON)
    two = rekeyed(scene, rotate(scene), PERSON)
    run(scene)
    assert {two[one[key]] for key in first} == {row[5] for row in links(scene)}
    lines = keyring.entries(scene.settings)
    assert len(lines) == 3 * len(rotation.ROTATABLE)
    assert sum(line.until is None for line in lines) == len(rotation.ROTATABLE)


def test_the_keyring_is_its_owners_alone_and_tells_what_was_in_force(scene: Scene) -> None:
    old = keys_in_force(scene.settings, NOTHING)
    rotate(scene, [PERSON])
    path = keyring.keyring_file(scene.settings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert scene.settings.restricted not in path.parents and scene.settings.warehouse not in path.parents
    retired, current = keyring.entries(scene.settings)
    assert (retired.fingerprint, retired.secret, retired.until) == (
        old.fingerprint(PERSON),
        None,
        "2025-06-01T09:00:00Z",
    )
    assert (current.since, current.until, current.reason) == ("2025-06-01T09:00:00Z", None, "yearly")
    assert current.secret is not None and current.secret not in repr(current)


def test_a_damaged_keyring_is_refused_and_not_quoted(scene: Scene) -> None:
    rotate(scene, [PERSON])
    path = keyring.keyring_file(scene.settings)
    secret = json.loads(path.read_text())[-1]["secret"]
    path.write_text(path.read_text()[:-4])
    with pytest.raises(SendjcError, match="restore it") as caught:
        keys_in_force(scene.settings, NOTHING)
    assert secret not in str(caught.value) and caught.value.__cause__ is None and caught.value.__context__ is None


# Secrets from the environment


def test_an_installation_that_keeps_secrets_elsewhere_gets_none_in_its_home(scene: Scene) -> None:
    first = scene.settings.key_file.read_text().strip()
    scene.settings.key_file.unlink()
    given = {"SENDJC_PSEUDONYM_KEY": first}
    with pytest.raises(SendjcError, match="SENDJC_PSEUDONYM_KEY_NEXT"):
        rotate(scene, [PERSON], **given)
    done = rotate(scene, [PERSON], **given, SENDJC_PSEUDONYM_KEY_NEXT="7c" * 32)
    assert done.to_set == ("SENDJC_PSEUDONYM_KEY_PERSON",)
    assert "7c" * 32 not in keyring.keyring_file(scene.settings).read_text()
    with pytest.raises(keyring.WrongKey, match="SENDJC_PSEUDONYM_KEY_PERSON"):
        keys_in_force(scene.settings, given)
    assert keys_in_force(scene.settings, given | {"SENDJC_PSEUDONYM_KEY_PERSON": "7c" * 32})


@pytest.mark.parametrize("weak", ["", "zz", "7c" * 31])
def test_a_weak_next_secret_is_refused_before_anything_is_changed(scene: Scene, weak: str) -> None:
    before = files(scene.settings.home)
    with pytest.raises(MissingKey, match="at least 32 bytes"):
        rotate(scene, [PERSON], SENDJC_PSEUDONYM_KEY_NEXT=weak)
    assert files(scene.settings.home) == before


def test_a_next_secret_that_is_the_present_one_is_refused(scene: Scene) -> None:
    present = scene.settings.key_file.read_text().strip()
    with pytest.raises(SendjcError, match="already"):
        rotate(scene, [EXTRACT], SENDJC_PSEUDONYM_KEY_NEXT=present)


# Interrupted


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("at", range(12))
def test_a_killed_rotation_leaves_the_old_state_or_the_new_never_one_between(
    scene: Scene, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the at-th replacement of a file: before the keyring's it never happened, after it the next reader finishes it."""
    home = scene.settings.home
    before, keys = files(home), keys_in_force(scene.settings, NOTHING)
    replaced, real = [0], Path.replace

    def replace(self: Path, target: Path) -> Path:
        if replaced[0] == at:
            raise Killed
        replaced[0] += 1
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(swap, "discard", lambda settings: None)  # a killed process tidies nothing
    killed = False
    try:
        rotate(scene)
    except Killed:
        killed = True
    monkeypatch.undo()
    now = keys_in_force(scene.settings, NOTHING)
    happened = now.fingerprint(PERSON) != keys.fingerprint(PERSON)
    assert happened == (at >= 2) and (killed or at > 6)
    after = {name: content for name, content in files(home).items() if ".rotation" not in name}
    if not happened:
        assert {name: content for name, content in after.items() if not name.startswith("keys/.")} == before
    else:
        assert not (scene.settings.restricted / "identity" / ".rotation").exists()
    assert run(scene).doubtful == 0
    assert {kind for (kind,) in rows(events(scene), "kind")} == {"first", "merge"}
    rotate(scene)
    assert run(scene).doubtful == 0


def test_a_failed_rotation_changes_nothing_and_leaves_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(scene.settings.home)
    decisions_file(scene.settings).rename(decisions_file(scene.settings).with_name("kept"))
    decisions_file(scene.settings).write_bytes(b"no parquet")
    with pytest.raises(SendjcError):
        rotate(scene)
    decisions_file(scene.settings).with_name("kept").rename(decisions_file(scene.settings))
    assert files(scene.settings.home) == before


def test_a_rotation_needs_a_reason(scene: Scene) -> None:
    with pytest.raises(SendjcError, match="reason"):
        rotation.rotate(scene.settings, [PERSON], " ", NOW, scene.deliveries, NOTHING)


def test_who_reads_verdicts_after_a_killed_rotation_reads_the_new_ones(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a verdict that was recorded now would be lost when the files are moved."""
    old = decisions_file(scene.settings).read_bytes()

    def killed(settings: Settings) -> None:
        if keyring.entries(settings):
            raise Killed

    monkeypatch.setattr(swap, "finish", killed)
    with pytest.raises(Killed):
        rotate(scene)
    monkeypatch.undo()
    assert keyring.entries(scene.settings) and decisions_file(scene.settings).read_bytes() == old
    with verdicts.opened(scene.settings) as con:
        assert verdicts.states(con) == {"same": 1}
    assert decisions_file(scene.settings).read_bytes() != old


# At the terminal


def at_the_terminal(settings: Settings, *words: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, ["keys", *words, "--home", str(settings.home)], input=answer)


def test_rotate_asks_first(settings: Settings) -> None:
    words = ("rotate", "--purpose", "all", "--reason", "yearly")
    refused = at_the_terminal(settings, *words, answer="n\n")
    assert (
        "Every child gets another key" in refused.output
        and "Worklists that were exported before are void" in refused.output
    )
    assert "Nothing was changed" in str(refused.exception) and keyring.entries(settings) == []
    assert at_the_terminal(settings, *words, answer="y\n").exit_code == 0
    assert len(keyring.current(settings)) == len(rotation.ROTATABLE)


@pytest.mark.parametrize(("purpose", "again"), [("extract", False), ("review", True), ("all", True)])
def test_quarters_need_another_run_only_where_their_files_are_in_the_key(
    settings: Settings, purpose: str, again: bool
) -> None:
    said = at_the_terminal(settings, "rotate", "--purpose", purpose, "--reason", "yearly", answer="y\n").output
    assert ("must then be run again" in said) == ("Run each quarter again" in said) == again
    assert bool(keyring.last_rotation(settings)) == again


def test_show_says_which_secret_is_wrong_and_shows_none(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert at_the_terminal(settings, "rotate", "--purpose", "person", "--reason", "x", "--yes").exit_code == 0
    states = {line["state"] for line in json.loads(at_the_terminal(settings, "show", "--json").output)}
    assert states == {"in force", "retired"}
    monkeypatch.setenv("SENDJC_PSEUDONYM_KEY_PERSON", "7c" * 32)
    shown = at_the_terminal(settings, "show", "--json").output
    assert [line["state"] for line in json.loads(shown) if line["purpose"] == "person"] == [
        "WRONG: retired or unknown", "missing", "retired",
    ]  # fmt: skip
    assert "7c" * 32 not in shown and str(keyring.entries(settings)[-1].secret) not in shown
