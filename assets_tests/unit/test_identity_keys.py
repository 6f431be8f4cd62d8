"""A child keeps its key; what changes is on record."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime

import duckdb
import pytest

from sendjc_pipeline.identity import scores
from sendjc_pipeline.identity.decisions import COLUMNS, decisions_file
from sendjc_pipeline.identity.pseudonymise import IdentityResult, resolve_and_pseudonymise
from sendjc_pipeline.settings import Settings

from identity_samples import KEY, Q4, Scene, deliver, listed, nhs, pupil, upn  # isort: skip

ADA = {"forename": "Ada", "surname": "Lovelace", "postcode": "NG7 2QX"}
EARLIER, LATER = datetime(2025, 1, 10, 9, tzinfo=UTC), datetime(2025, 4, 10, 9, tzinfo=UTC)


@pytest.fixture
def scene(settings: Settings) -> Scene:
    return Scene(settings)


def _add(scene: Scene, feed: str, partner: str, *rows, received: datetime = LATER, period: str = "2024-25-Q4") -> None:
    table = {"sen2": "person", "demographics": "demographics"}[feed]
    scene.deliveries.append(deliver(scene.settings.home, feed, partner, period, {table: rows}, received))


def _keys(scene: Scene) -> set[object]:
    return {row[0] for row in scene.query("select person_key from person")}


def _events(scene: Scene, what: str = "kind, reason") -> list[tuple[object, ...]]:
    path = scene.settings.restricted / "identity" / "key_event.parquet"
    return duckdb.execute(f"select {what} from read_parquet('{path}') where kind <> 'first' order by all").fetchall()


def _run_newest(scene: Scene) -> IdentityResult:
    """As a snapshot feed counts: the last delivery only, the others being history."""
    return resolve_and_pseudonymise(scene.settings, Q4, scene.deliveries[-1:], KEY, scene.deliveries)


def test_a_stronger_identifier_learnt_later_does_not_change_the_key(scene: Scene) -> None:
    _add(scene, "sen2", "derby", pupil("1", **ADA), received=EARLIER, period="2024-25-Q3")
    scene.run()
    before = _keys(scene)
    _add(scene, "sen2", "derby", pupil("7", upn=upn(1), **ADA))
    _run_newest(scene)
    assert _keys(scene) == before
    assert _events(scene) == []


def test_a_corrected_number_does_not_change_the_key(scene: Scene) -> None:
    _add(scene, "demographics", "RHA", listed("1", nhsnumber=nhs(1), **ADA), received=EARLIER, period="2024-25-Q3")
    scene.run()
    before = _keys(scene)
    _add(scene, "demographics", "RHA", listed("1", nhsnumber=nhs(2), **ADA))
    _run_newest(scene)
    assert _keys(scene) == before


def test_of_two_keys_of_one_child_the_older_stays_and_the_merge_is_on_record(scene: Scene) -> None:
    _add(scene, "sen2", "derby", pupil("1", upn=upn(1), **ADA), received=EARLIER)
    _add(scene, "demographics", "RHA", listed("9", nhsnumber=nhs(1), forename="Adele", surname="Byron"), received=LATER)
    scene.run()
    (first,) = scene.query("select person_key from person_link where feed = 'sen2'")
    assert len(_keys(scene)) == 2
    newest = datetime(2025, 5, 1, 9, tzinfo=UTC)
    _add(scene, "demographics", "RHA", listed("9", nhsnumber=nhs(1), **ADA), received=newest)
    history = scene.deliveries
    resolve_and_pseudonymise(scene.settings, Q4, [history[0], history[2]], KEY, history)
    assert _keys(scene) == {first[0]}
    assert _events(scene) == [("merge", "name_dob_sex")]


def test_a_split_is_on_record(scene: Scene) -> None:
    _add(scene, "sen2", "derby", pupil("1", upn=upn(1), **ADA), received=EARLIER)
    _add(scene, "demographics", "RHA", listed("9", **ADA))
    scene.run()
    assert len(_keys(scene)) == 1
    _add(
        scene,
        "demographics",
        "RHA",
        listed("9", forename="Eve", surname="Byron", dateofbirth=date(2014, 2, 3)),
        received=datetime(2025, 5, 1, 9, tzinfo=UTC),
    )
    scene.run()
    assert len(_keys(scene)) == 2
    assert _events(scene) == [("split", "local_id")]


def test_the_same_run_again_adds_no_event(scene: Scene) -> None:
    test_of_two_keys_of_one_child_the_older_stays_and_the_merge_is_on_record(scene)
    path = scene.settings.restricted / "identity" / "key_event.parquet"
    before = path.read_bytes()
    history = scene.deliveries
    random.Random(3).shuffle(history)
    counted = [delivery for delivery in history if delivery[0].received_at != LATER]
    resolve_and_pseudonymise(scene.settings, Q4, counted, KEY, history)
    assert path.read_bytes() == before


def test_children_without_any_number_keep_their_keys_over_returns(scene: Scene) -> None:
    who = ADA | {"surname": "Kin"}
    rows = [
        pupil(str(n), **who | {"forename": f"Name{chr(65 + n)}", "personbirthdate": date(2019, 1, n + 1)})
        for n in range(20)
    ]
    _add(scene, "sen2", "derby", *rows, received=EARLIER, period="2024-25-Q3")
    scene.run()
    before = _keys(scene)
    _add(scene, "sen2", "derby", *({**row, "persontableid": f"x{row['persontableid']}"} for row in reversed(rows)))
    _run_newest(scene)
    assert _keys(scene) == before and len(before) == 20


def test_a_second_run_scores_nothing_and_new_records_score_themselves_only(scene: Scene) -> None:
    _add(scene, "sen2", "derby", pupil("1", **ADA), pupil("2", **ADA | {"forename": "Adah"}))
    assert scene.run().compared == 1
    assert scene.run().compared == 0
    _add(scene, "demographics", "RHA", listed("9", **ADA | {"forename": "Adaa"}))
    assert scene.run().compared == 2


def test_scores_that_were_kept_give_what_a_run_from_nothing_gives(scene: Scene) -> None:
    for n in range(3):
        _add(
            scene,
            "sen2",
            f"council{n}",
            *(
                pupil(str(c), forename=f"Ada{'abc'[c]}", surname="Lovelace"[: 8 - n], postcode="NG7 2QX")
                for c in range(3)
            ),
        )
        scene.run()
    kept = {path.name: path.read_bytes() for path in (scene.settings.restricted / "identity").rglob("pair.parquet")}
    links = scene.query("select * from person_link order by all")
    folder = scene.settings.restricted / "identity" / "scores" / scores.cache_name()
    for path in folder.iterdir():
        path.unlink()
    scene.run()
    assert scene.query("select * from person_link order by all") == links
    assert {path.name: path.read_bytes() for path in folder.rglob("pair.parquet")} == kept


def _decide(
    scene: Scene, verdict: str, reviewers: tuple[str, str] = ("r1", "r2"), tokens: Sequence[str] | None = None
) -> None:
    review = scene.settings.restricted / "identity" / "review" / Q4.label / "candidate_pair.parquet"
    names = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    con = duckdb.connect()
    con.execute(f"create table d ({names})")
    pair = "select ? as token_a, ? as token_b" if tokens else f"from read_parquet('{review}')"
    for hour, reviewer in enumerate(reviewers):
        con.execute(
            f"insert into d select token_a, token_b, ?, ?, date '2025-05-01', timestamp '2025-05-02 {hour:02}:00:00' from ({pair})",
            [verdict, reviewer, *(tokens or ())],
        )
    con.execute(f"copy d to '{decisions_file(scene.settings)}' (format parquet)")


def _in_grey(scene: Scene) -> None:
    _add(scene, "sen2", "derby", pupil("1", **ADA))
    _add(scene, "demographics", "RHA", listed("8", **ADA | {"postcode": "DE1 1AA", "dateofbirth": date(2015, 6, 16)}))


def test_a_pair_in_the_grey_band_waits_for_two_clerks(scene: Scene) -> None:
    _in_grey(scene)
    assert scene.run().doubtful == 1
    assert len(scene.children()) == 2
    _decide(scene, "same", reviewers=("r1", "r1"))
    scene.run()
    assert len(scene.children()) == 2


def test_what_clerks_called_the_same_is_one_child_in_every_later_run(scene: Scene) -> None:
    _in_grey(scene)
    scene.run()
    _decide(scene, "same")
    for _ in range(2):
        assert scene.run().doubtful == 0
        assert scene.children() == [["RHA/demographics/clerical", "derby/sen2/local_id"]]
    assert _events(scene) == [("merge", "clerical")]


def test_what_clerks_called_different_stays_two_and_is_not_asked_again(scene: Scene) -> None:
    _in_grey(scene)
    scene.run()
    _decide(scene, "different")
    assert scene.run().doubtful == 0
    assert len(scene.children()) == 2


def test_clerks_can_part_what_a_rule_joined(scene: Scene) -> None:
    _add(scene, "sen2", "derby", pupil("1", upn=upn(1), **ADA))
    _add(scene, "demographics", "RHA", listed("9", **ADA))
    scene.run()
    assert len(scene.children()) == 1
    tokens = duckdb.execute(f"select token from read_parquet('{scene.identity}/key_map.parquet') order by 1").fetchall()
    _decide(scene, "different", tokens=[row[0] for row in tokens])
    scene.run()
    assert len(scene.children()) == 2
