"""Which children each partner should look at: the rows behind mart_partner_disagreement, by partner, in the restricted zone.

Belongs here: writing the lists. Does not belong here: what a disagreement is (dbt, int_agreement__disagreement), or identifiers: a list names
children by key, and each partner's own record by the pseudonym that person_link has for it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sendjc_pipeline.identity.vault import identity_folder, make_folder
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.sealing import sealed
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.connection import connect


def lists_folder(settings: Settings, quarter: Quarter) -> Path:
    """Where <partner>.parquet of a quarter lie."""
    return settings.restricted / "disagreement" / quarter.label


@sealed(
    "writing the lists of disagreements",
    "The lists and the warehouse that stood before still stand: run the quarter again.",
)
def write_lists(settings: Settings, quarter: Quarter, warehouse: Path) -> None:
    """Write restricted/disagreement/<quarter>/<partner>.parquet in place of the quarter's older lists, from its built warehouse: all of them or none.

    Columns: quarter, kind, words, area_id, person_key, partner, feed, source_person_id (pseudonym of the partner's own record; NULL where the partner
    has none of the child). Without the tables, because a model failed, there are no lists.

    Raises:
        SendjcError: they cannot be written.
    """
    folder = lists_folder(settings, quarter)
    stage = folder.with_name(f".{quarter.label}")
    shutil.rmtree(stage, ignore_errors=True)  # what a killed run left
    make_folder(stage)
    try:
        _write(settings, quarter, warehouse, stage)
        shutil.rmtree(folder, ignore_errors=True)
        if any(stage.iterdir()):
            stage.rename(folder)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _write(settings: Settings, quarter: Quarter, warehouse: Path, folder: Path) -> None:
    con = connect(warehouse, read_only=True, settings=settings)
    try:
        built = {name for (name,) in con.execute("select table_name from information_schema.tables").fetchall()}
        if not {"int_agreement__party", "disagreement_kind"} <= built:
            return
        links = identity_folder(settings, quarter) / "person_link.parquet"
        con.execute(
            """
            create temp table listed as
            select distinct ?::varchar as quarter, party.kind, kind.words, party.area_id, party.person_key, party.partner_id as partner,
                link.feed, link.source_person_id
            from int_agreement__party as party
            inner join disagreement_kind as kind on party.kind = kind.kind
            left join read_parquet(?) as link on party.person_key = link.person_key and party.partner_id = link.partner""",
            [quarter.label, str(links)],
        )
        for (partner,) in con.execute("select distinct partner from listed order by partner").fetchall():
            path = folder / f"{partner}.parquet"
            target = str(path).replace("'", "''")
            con.execute(
                f"copy (select * from listed where partner = $1 order by all) to '{target}' (format parquet)", [partner]
            )
            path.chmod(0o600)
    finally:
        con.close()
