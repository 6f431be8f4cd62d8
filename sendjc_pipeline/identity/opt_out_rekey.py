"""The list of opt-outs in a new key, made from the lists as they were sent: a token cannot be undone, and no number is kept.

Belongs here: translating the tokens, and refusing where one that stands would be lost. Does not belong here: the order of a rotation
(rotation.py), or the list itself (opt_out.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from sendjc_pipeline.identity import opt_out, vault
from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.opt_out_file import create_numbers
from sendjc_pipeline.identity.pseudonym import OPT_OUT, PERSON_DIGITS, Keys, Pseudonymiser
from sendjc_pipeline.identity.records import text
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse.connection import connect


def write_retokened(settings: Settings, files: Path, lists: Sequence[Path], old: Keys, new: Keys) -> int:
    """Write the list in the new key into `files`, at its path below restricted/.

    Args:
        settings: the home.
        files: where a rotation stages what it will put in place.
        lists: the lists as they were sent (opt_out_file.py), all that stand; one that was withdrawn may be among them.
        old: the key in force.
        new: the key to come.

    Returns:
        How many tokens of withdrawn lists keep the old key: a run known at a day on which they stood stops.

    Raises:
        SendjcError: a token that stands is of no number in the lists, so that the child would be used after all; or a list is none.
    """
    if not opt_out.list_path(settings).is_file():
        return 0
    con = connect()  # in memory and unable to spill: the numbers never rest
    try:
        con.execute("create temp table sent (nhs_number varchar)")
        for path in lists:
            create_numbers(con, path, "sent_now")
            con.execute("insert into sent from sent_now")
        standing = [batch.batch_id for batch in opt_out.standing(settings, date.max)]
        missing, left = _translate(con, settings, standing, old, new)
        if missing:
            raise SendjcError(
                f"Opt-outs that stand and are in none of the lists given: {missing:,}; nothing was changed. Give every list that"
                " stands (`sendjc opt-out list`), each with --opt-outs."
            )
        _write(con, files / opt_out.list_path(settings).relative_to(settings.restricted))
    finally:
        con.close()
    return left


@guarded("re-keying opt-outs", opt_out.RESTORE)
def _translate(
    con: duckdb.DuckDBPyConnection, settings: Settings, standing: Sequence[str], old: Keys, new: Keys
) -> tuple[int, int]:
    """Create table opt_out_after, the list in the new key; return how many tokens that stand, and how many others, have none."""
    before, after = (Pseudonymiser(con, keys).sql(OPT_OUT, "nhs_number", PERSON_DIGITS) for keys in (old, new))
    con.execute(
        f"""
        create temp table fresh as select distinct {before} as token, {after} as new_token from sent;

        create temp table opt_out_after as
        select list.* replace (
            if(fresh.token is null, list.key_check, $new_check) as key_check, coalesce(fresh.new_token, list.token) as token
        )
        from read_parquet({text(opt_out.list_path(settings))}) as list
        left join fresh on list.token = fresh.token and list.key_check = $old_check""",
        {"old_check": opt_out.key_check(old), "new_check": opt_out.key_check(new)},
    )
    counted = con.execute(
        """
        select count(distinct token) filter (batch_id in (select unnest($standing))),
            count(distinct token) filter (batch_id not in (select unnest($standing)))
        from opt_out_after
        where token is not null and key_check <> $new_check""",
        {"standing": list(standing), "new_check": opt_out.key_check(new)},
    ).fetchone()
    missing, left = counted or (0, 0)
    return int(missing), int(left)


@guarded("writing opt-outs in the new key", opt_out.RESTORE)
def _write(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    vault.make_folder(path.parent)
    path.touch(mode=0o600)
    con.execute(f"copy (from opt_out_after order by all) to {text(path)} (format parquet, compression zstd)")
    path.chmod(0o600)
