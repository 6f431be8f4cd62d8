"""What is left out before linkage: rows without an agreement, and every row of a child who opted out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from sendjc_pipeline.identity import agreements, opt_out
from sendjc_pipeline.identity.pseudonymise import IdentityResult, resolve_and_pseudonymise
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.connection import connect

from identity_samples import KEY, Q4, Scene, deliver, listed, nhs, patient, pupil, upn  # isort: skip

MAY = datetime(2025, 5, 10, 9, tzinfo=UTC)
BEFORE, AFTER = date(2025, 5, 9), date(2025, 5, 10)
NAMES = {"surname": "OKAFOR", "forename": "ADA"}


@pytest.fixture
def scene(settings: Settings) -> Scene:
    """A girl known to a council, to a provider's patient list and to its CSDS, which has no number for her; and a boy with referrals."""
    scene = Scene(settings)
    scene.sen2(
        "derby", pupil("1", upn=upn(1), **NAMES), pupil("2", upn=upn(2), surname="BELL", forename="MAX", sex="M")
    )
    scene.demographics(
        "RY8", listed("P1", nhsnumber=nhs(1), **NAMES), listed("P2", nhsnumber=nhs(2), surname="BELL", forename="MAX", sex="M"),
        listed("P3", surname="DOE", forename="JO"),
    )  # fmt: skip
    scene.csds(
        "RY8", patient("P1"), patient("P2", nhsnumber=nhs(2), gender="1"), patient("P3"),
        cyp101referral=[_referral("P1", "R1"), _referral("P2", "R2")],
        cyp201carecontact=[_contact("R1", "C1"), _contact("R1", "C2"), _contact("R2", "C3")],
        cyp202careactivity=[_activity("C1", "A1"), _activity("C3", "A2")],
    )  # fmt: skip
    return scene


def _referral(person: str, number: str) -> dict[str, object]:
    return {"localpatientid": person, "servicerequestid": number}


def _contact(referral: str, number: str) -> dict[str, object]:
    return {"servicerequestid": referral, "carecontactid": number}


def _activity(contact: str, number: str) -> dict[str, object]:
    return {"carecontactid": contact, "careactivityid": number}


def opts_out(settings: Settings, *serials: int) -> opt_out.Batch:
    con = connect()
    con.execute("create table number as select unnest(?) as nhs_number", [[nhs(serial) for serial in serials]])
    return opt_out.add(con, settings, "number", None, MAY, KEY)


def run(scene: Scene, day: date = AFTER) -> IdentityResult:
    return resolve_and_pseudonymise(scene.settings, Q4, scene.deliveries, KEY, known_at=day)


def rows(scene: Scene, table: str) -> int:
    found = duckdb.execute(
        f"select count(*) from read_parquet('{scene.pseudonymised}/csds/{table}/*.parquet')"
    ).fetchone()
    return int(found[0]) if found else 0


def left_out(scene: Scene, name: str = "left_out") -> set[tuple[object, ...]]:
    query = f"select * exclude (submission_id) from read_parquet('{scene.identity}/{name}.parquet')"
    if name != "left_out":
        query = query.replace(" exclude (submission_id)", "")
    return set(duckdb.execute(query).fetchall())


def test_every_health_row_of_a_child_who_opted_out_goes_and_the_councils_stay(scene: Scene) -> None:
    opts_out(scene.settings, 1)
    result = run(scene)
    assert [rows(scene, t) for t in ("cyp001mpi", "cyp101referral", "cyp201carecontact", "cyp202careactivity")] == [
        2,
        1,
        1,
        1,
    ]
    assert scene.query("select feed, count(*) from person_link group by 1 order by 1") == [
        ("csds", 2), ("demographics", 2), ("sen2", 2)
    ]  # fmt: skip
    assert left_out(scene) == {
        ("RY8", "demographics", "demographics", "opted_out", 1),
        ("RY8", "csds", "cyp001mpi", "opted_out", 1),
        ("RY8", "csds", "cyp101referral", "opted_out", 1),
        ("RY8", "csds", "cyp201carecontact", "opted_out", 2),
        ("RY8", "csds", "cyp202careactivity", "opted_out", 1),
        ("RY8", "demographics", "demographics", "not_matchable", 1),
        ("RY8", "csds", "cyp001mpi", "not_matchable", 1),
    }
    assert left_out(scene, "left_out_child") == {
        ("RY8", "demographics", "opted_out", 1),
        ("RY8", "csds", "opted_out", 1),
        ("RY8", "demographics", "not_matchable", 1),
        ("RY8", "csds", "not_matchable", 1),
    }
    assert (result.opted_out, result.not_matchable) == (1, 1)


def test_an_opt_out_counts_from_its_day_and_not_before(scene: Scene) -> None:
    opts_out(scene.settings, 1)
    run(scene, BEFORE)
    assert rows(scene, "cyp001mpi") == 3
    run(scene, AFTER)
    assert rows(scene, "cyp001mpi") == 2


def test_withdrawing_brings_the_same_keys_back(scene: Scene) -> None:
    run(scene, BEFORE)
    before = scene.query("from person_link order by all")
    batch = opts_out(scene.settings, 1, 2)
    run(scene)
    assert scene.query("from person_link order by all") != before
    opt_out.withdraw(connect(), scene.settings, batch, datetime(2025, 6, 10, tzinfo=UTC))
    run(scene, date(2025, 6, 10))
    assert scene.query("from person_link order by all") == before


def test_the_history_of_a_child_who_opted_out_gives_nobody_a_key(scene: Scene) -> None:
    """The number came first in an older list, so it is the key of the whole child; without it the council's record makes one."""
    older = deliver(
        scene.settings.home, "demographics", "RY8", "2024-25-Q3", {"demographics": [listed("P1", nhsnumber=nhs(1), **NAMES)]},
        datetime(2025, 1, 10, tzinfo=UTC),
    )  # fmt: skip
    keys = []
    for opted in (False, True):
        if opted:
            opts_out(scene.settings, 1)
        resolve_and_pseudonymise(scene.settings, Q4, scene.deliveries, KEY, [older], AFTER)
        keys.append({key for (key,) in scene.query("select person_key from person_link where feed = 'sen2'")})
    assert len(keys[0] - keys[1]) == 1
    assert not any("opted_out" in row and "2024-25-Q3" in row for row in left_out(scene))


def test_an_opt_out_from_a_providers_sleep_service_holds_and_from_a_councils_does_not(settings: Settings) -> None:
    scene = Scene(settings)
    for partner in ("RHA", "derby"):
        row = {"local_id": "S1", "referral_id": "R1", "nhs_number": nhs(1), "date_of_birth": date(2015, 6, 15)}
        scene.deliveries.append(
            deliver(settings.home, "sleep_support", partner, "2024-25-Q4", {"sleep_support": [row]})
        )
    opts_out(settings, 1)
    run(scene)
    assert scene.query("select partner from person_link") == [("derby",)]


def test_nothing_is_left_of_the_copies_that_were_made_on_the_way(scene: Scene) -> None:
    opts_out(scene.settings, 1)
    run(scene)
    assert not [path for path in (scene.settings.restricted / "identity").iterdir() if path.name.startswith(".")]


@pytest.fixture
def without_derby(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    lines = agreements.SEED.read_text(encoding="utf-8").splitlines(keepends=True)
    planted = tmp_path / "sharing_agreement.csv"
    planted.write_text("".join(line for line in lines if not line.startswith("derby-sen2")), encoding="utf-8")
    monkeypatch.setattr(agreements, "SEED", planted)
    yield


@pytest.mark.usefixtures("without_derby")
def test_rows_without_an_agreement_are_counted_unread(scene: Scene) -> None:
    path = scene.deliveries[0][1].folder
    assert path is not None
    result = run(scene)
    assert result.without_agreement == (("derby", "sen2"),) and result.rows_without == 2
    assert ("derby", "sen2", "person", "no_agreement", 2) in left_out(scene)
    assert not any(partner == "derby" for partner, *_ in left_out(scene, "left_out_child"))
    assert scene.query("select * from person_link where partner = 'derby'") == []
    assert not (scene.pseudonymised / "sen2").exists()


@pytest.mark.usefixtures("without_derby")
def test_history_without_an_agreement_links_nobody(scene: Scene) -> None:
    derby, rest = scene.deliveries[0], scene.deliveries[1:]
    result = resolve_and_pseudonymise(scene.settings, Q4, rest, KEY, [derby], AFTER)
    assert (result.rows_without, result.on_both_sides) == (0, 0)
