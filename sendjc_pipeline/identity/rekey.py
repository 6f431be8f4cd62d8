"""From old pseudonyms to new ones: the re-key table, and the lasting files of identity in the new keys.

Belongs here: what becomes of each key of a child and each record token. Does not belong here: the secrets (keyring.py), or putting
the files in their places (swap.py).

restricted/identity/rekey/<rotation>.parquet: purpose ('person' or 'review'), old_key, new_key (32 hex digits, one to one within a
purpose), basis. 'recomputed' is what follows from anything received and not deleted: every key or token that a record could have
given. 'carried' is what stands in a ledger though no record gives it any more, because its submission is gone; its new key is made
of the old one, so that the ledger keeps its meaning and nothing of the retired key.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from sendjc_pipeline.identity import contents, decisions, events, records, standardise, vault, verdicts
from sendjc_pipeline.identity.failure import IdentityFailed, guarded
from sendjc_pipeline.identity.persons import LOCAL, LOCAL_VALUE, STRENGTH
from sendjc_pipeline.identity.pseudonym import PERSON, PERSON_DIGITS, REVIEW, Keys, Pseudonymiser
from sendjc_pipeline.identity.records import AcceptedSubmission, text
from sendjc_pipeline.settings import Settings

_PARQUET = "format parquet, compression zstd"


@guarded("making the re-key table")
def create_rekey(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    received: Sequence[AcceptedSubmission],
    old: Keys,
    new: Keys,
) -> None:
    """Create table rekey (purpose, old_key, new_key, basis) for those purposes of `old` and `new` that anything lasting is keyed with.

    Raises:
        IdentityFailed: two old keys would become one, or one two.
    """
    con.execute("create or replace temp table rekey (purpose varchar, old_key varchar, new_key varchar, basis varchar)")
    lasting = [purpose for purpose in (PERSON, REVIEW) if purpose in new.purposes]
    if not lasting:
        return
    standardise.create_macros(con)
    records.create_records(con, [], received)
    contents.create_contents(con)
    decisions.create_token_texts(con)
    before, after = Pseudonymiser(con, old), Pseudonymiser(con, new)
    for purpose in lasting:
        con.execute(f"""
            insert into rekey
            select '{purpose}', {before.sql(purpose, "said", PERSON_DIGITS)}, {after.sql(purpose, "said", PERSON_DIGITS)}, 'recomputed'
            from ({_said()[purpose]});

            insert into rekey
            select '{purpose}', kept, {after.sql(purpose, "'carried|' || kept", PERSON_DIGITS)}, 'carried'
            from ({_kept(settings, purpose)})
            where kept is not null and kept not in (select old_key from rekey where purpose = '{purpose}');
        """)
    (wrong,) = con.execute("""
        select count(*) from (
            select purpose from rekey group by purpose
            having count(*) <> count(distinct old_key) or count(*) <> count(distinct new_key)
        )""").fetchone() or (0,)
    if wrong:
        raise IdentityFailed("The re-key table is not one to one: nothing was changed; rotate again for other keys.")


def _said() -> dict[str, str]:
    """The texts that keys and tokens are made of."""
    numbers = " union ".join(
        f"select '{prefix}:' || {kind} as said from history_record where {kind} is not null"
        for prefix, kind, _ in STRENGTH
    )
    return {
        PERSON: f"{numbers} union select '{LOCAL}:' || {LOCAL_VALUE} from history_record",
        REVIEW: "select distinct said from token_text",
    }


def _kept(settings: Settings, purpose: str) -> str:
    """Every key or token that a ledger holds."""
    places = {
        PERSON: [(key_events(settings), ("from_key", "to_key")), *((path, ("person_key",)) for path in key_maps(settings))],
        REVIEW: [
            (decisions.decisions_file(settings), ("token_a", "token_b")),
            (verdicts.issued_file(settings), ("token_a", "token_b")),
            *((path, ("token",)) for path in key_maps(settings)),
        ],
    }[purpose]  # fmt: skip
    parts = [
        f"select {name} as kept from read_parquet({text(path)})"
        for path, names in places
        for name in names
        if path.is_file()
    ]
    return " union ".join(parts) if parts else "select null::varchar as kept where false"


def key_maps(settings: Settings) -> list[Path]:
    """The maps of the quarters that were run."""
    return sorted((settings.restricted / "identity").glob(f"[0-9]*/{events.MAP}"))


def key_events(settings: Settings) -> Path:
    """The ledger of keys."""
    return settings.restricted / "identity" / events.LEDGER


@guarded("writing the ledgers in the new keys")
def write_rekeyed(con: duckdb.DuckDBPyConnection, settings: Settings, files: Path, rotation: str) -> None:
    """Write into `files`, each at its path below restricted/, the re-key table and every ledger of keys or tokens, translated."""
    pair = """
        select least(one, two) as token_a, greatest(one, two) as token_b, * exclude (one, two)
        from (
            select coalesce(a.new_key, kept.token_a) as one, coalesce(b.new_key, kept.token_b) as two, kept.* exclude (token_a, token_b)
            from read_parquet({path}) as kept
            left join token as a on kept.token_a = a.old_key
            left join token as b on kept.token_b = b.old_key
        )"""
    con.execute(f"""
        create or replace temp view person as select old_key, new_key from rekey where purpose = '{PERSON}';
        create or replace temp view token as select old_key, new_key from rekey where purpose = '{REVIEW}';""")
    ledgers = {
        decisions.decisions_file(settings): f"{pair} order by recorded_at, token_a, token_b",
        verdicts.issued_file(settings): f"select {verdicts.PAIR} as pair, * exclude (pair) from ({pair}) order by all",
        key_events(settings): """
            select kept.* replace (coalesce(a.new_key, from_key) as from_key, coalesce(b.new_key, to_key) as to_key)
            from read_parquet({path}) as kept
            left join person as a on kept.from_key = a.old_key
            left join person as b on kept.to_key = b.old_key
            order by all""",
    } | dict.fromkeys(
        key_maps(settings),
        """
            select coalesce(token.new_key, kept.token) as token, coalesce(person.new_key, kept.person_key) as person_key, kept.method
            from read_parquet({path}) as kept
            left join token on kept.token = token.old_key
            left join person on kept.person_key = person.old_key
            order by 1""",
    )
    for path, query in ledgers.items():
        if path.is_file():
            _copy(con, query.format(path=text(path)), files / path.relative_to(settings.restricted))
    table = "select * from rekey order by purpose, old_key"
    (rows,) = con.execute("select count(*) from rekey").fetchone() or (0,)
    if rows:
        _copy(con, table, files / "identity" / "rekey" / f"{rotation}.parquet")


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    vault.make_folder(path.parent)
    path.touch(mode=0o600)
    con.execute(f"copy ({query}) to {text(path)} ({_PARQUET})")
    path.chmod(0o600)
