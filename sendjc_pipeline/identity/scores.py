"""How likely two contents are of one child: Splink, with the stored model, on what has not been scored before.

Belongs here: scoring and keeping scores. Does not belong here: training (benchmarks/identity_train.py), thresholds, or
what a score leads to (cluster.py).

A score depends on the two contents and on the model only, so it is kept in restricted/identity/scores/<model>/ and a run
scores only pairs with a content that was not there before. Weights are rounded to six decimals: with two threads the
last bits of the sums differ.
"""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path

import duckdb

from sendjc_pipeline.identity import vault
from sendjc_pipeline.identity.contents import BLOCKS, COMPARED, NICKNAME_SEED, PLAUSIBLE, create_candidates
from sendjc_pipeline.identity.failure import IdentityFailed, guarded

MODEL = Path(__file__).with_name("model.json")

_EMPTY = {"content": "fingerprint ubigint", "pair": "a ubigint, b ubigint, weight double"}


def cache_name() -> str:
    """The name of the folder of scores that the present model, nicknames and blocking made."""
    made_by = MODEL.read_bytes() + NICKNAME_SEED.read_bytes() + json.dumps([BLOCKS, COMPARED, PLAUSIBLE]).encode()
    return hashlib.sha256(made_by).hexdigest()[:16]


@guarded("scoring pairs of records")
def create_scores(con: duckdb.DuckDBPyConnection, folder: Path, lowest_weight: float) -> int:
    """Create table pair_score (a, b: fingerprints, weight), pairs of at least `lowest_weight`; returns how many were compared.

    Needs contents.create_contents. Reads and replaces content.parquet and pair.parquet of `folder`, which hold every
    content that was ever scored and the pairs worth keeping; neither holds a particular of a child.
    """
    for name, columns in _EMPTY.items():
        path = folder / f"{name}.parquet"
        known = f"from read_parquet('{path}')" if path.is_file() else None
        con.execute(f"create or replace temp table known_{name} ({columns})")
        if known:
            con.execute(f"insert into known_{name} {known}")
    con.execute("""
        create or replace temp table new_content as
        select fingerprint from content anti join known_content using (fingerprint)""")
    create_candidates(con)
    (compared,) = con.execute("select count(*) from candidate").fetchone() or (0,)
    con.execute("create or replace temp table new_pair (a ubigint, b ubigint, weight double)")
    if compared:
        _predict(con, lowest_weight)
    con.execute("""
        create or replace temp table pair_score as
        select * from (from known_pair union all from new_pair)
        where a in (select fingerprint from content) and b in (select fingerprint from content)""")
    (fresh,) = con.execute("select count(*) from new_content").fetchone() or (0,)
    if fresh or compared or not (folder / "pair.parquet").is_file():
        _keep(con, folder)
    con.execute("drop table candidate; drop table known_content; drop table known_pair; drop table new_pair")
    return int(compared)


def _predict(con: duckdb.DuckDBPyConnection, lowest_weight: float) -> None:
    # Imported here: Splink takes half a second to load, and most commands never score.
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI
    from splink.internals.exceptions import SplinkException

    logging.getLogger("splink").setLevel(logging.ERROR)  # its messages may quote SQL
    con.execute(f"""
        create or replace table scored as
        select fingerprint, {", ".join(COMPARED)} from content
        order by fingerprint;
        create or replace table blocked as
        select a as join_key_l, b as join_key_r, '0' as match_key from candidate;""")
    api = DuckDBAPI(con)
    found = None
    try:
        linker = Linker(api.register("scored"), json.loads(MODEL.read_text()), log_level=None, validate_settings=False)
        linker.table_management.register_blocked_pairs_for_predict(api.register("blocked"))
        found = linker.inference.predict(threshold_match_weight=lowest_weight, warning_mode="never").physical_name
    except SplinkException:
        pass  # its text quotes SQL, and what the database said of a record
    if found is None:
        raise IdentityFailed(
            "Splink could not score the pairs; its message is withheld because it may quote a record. Restore model.json from"
            " version control, or train it again."
        )
    con.execute(f"""
        insert into new_pair
        select least(fingerprint_l, fingerprint_r), greatest(fingerprint_l, fingerprint_r), round(match_weight, 6)
        from {found};
        drop table {found};
        drop table scored;
        drop table blocked;""")


def _keep(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    vault.make_folder(folder)
    stages = {
        "pair": "select * from (from known_pair union all from new_pair) order by a, b",
        "content": "select * from (from known_content union all from new_content) order by fingerprint",
    }
    # Contents last: a process killed in between scores them again rather than missing their pairs.
    for name, query in stages.items():
        stage = folder / f".{name}.parquet"
        con.execute(f"copy ({query}) to '{stage}' (format parquet, compression zstd)")
        stage.rename(folder / f"{name}.parquet")
