"""Rules that a declaration implies: a required column is filled, a date is a date, a code is listed, a key is unique, a parent is there.

They are records of the same shape as declared rules, so that one scan judges both and one report prints both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from sendjc_pipeline.feeds.codes import codes, varies
from sendjc_pipeline.feeds.model import Column, Dialect, Feed, Outcome, Rule, Table

_WORDS = {
    "flag": "1 or 0 (true or false, Y or N)",
    "integer": "a whole number",
    "decimal": "a number",
    "upn": "a UPN: a letter (never I, O or S), eleven digits and a digit or such a letter",
    "nhs_number": "an NHS number: ten digits",
    "postcode": "a full UK postcode",
}


def repeated_key(table: Table) -> str:
    """The predicate that is true of every holder of a repeated key; blank parts count, a wholly blank key does not."""
    names = [f'"{name.lower()}"' for name in table.key]
    rows = f"from typed_{table.name}"
    if len(names) == 1:
        return f"{names[0]} in (select {names[0]} {rows} where {names[0]} is not null group by 1 having count(*) > 1)"
    whole = f"({', '.join(names)})"
    filled = f"coalesce({', '.join(f'{name}::varchar' for name in names)}) is not null"
    # Hashes first: grouping four million rows by eight texts takes seconds, by one number half a second. The texts are then
    # compared only where hashes meet, so that a chance meeting accuses nobody.
    hashed = f"hash({', '.join(names)})"
    suspects = f"{hashed} in (select {hashed} {rows} where {filled} group by 1 having count(*) > 1)"
    return f"{suspects} and {filled} and {whole} in (select {whole} {rows} where {suspects} group by 1 having count(*) > 1)"


def rules_of(feed: Feed, table: Table, spec: str) -> list[Rule]:
    """Every rule on a table in a spec: implied ones first, in the order of the columns, then the declared ones."""
    implied = [rule for column in feed.columns(table, spec) for rule in _column_rules(feed, table, column, spec)]
    return [*implied, *_table_rules(feed, table), *(rule for rule in table.rules if feed.is_valid(rule, spec))]


def is_shortened_by_spreadsheets(feed: Feed, column: Column) -> bool:
    """Whether the column holds ids that people keep in workbooks: beyond 15 digits two children would get one number there."""
    return feed.reader == "tabular" and column.type == "text" and column.privacy in ("record_id", "person_id")


def _column_rules(feed: Feed, table: Table, column: Column, spec: str) -> Iterator[Rule]:
    code = f"{feed.name.upper()}.{table.name}.{column.key}"
    outcome: Outcome = "warn" if column.lenient else "quarantine_row"
    name, cast, raw = feed.header(column, spec), f'"{column.key}"', f'"raw_{column.key}"'
    if column.required:
        yield Rule(
            code=f"{code}.missing",
            when=f"{raw} is null",
            columns=(column.name,),
            category="blank",
            outcome="quarantine_row",
            message=f"{name} is blank",
            action=f"fill {name}; it is required",
        )
    if column.code_list:
        listed = codes(feed, column.code_list, spec)
        yield Rule(
            code=f"{code}.code",
            when=f"{cast} not in ({', '.join(_quoted(c) for c in listed)})",
            columns=(column.name,),
            category="bad_value",
            outcome=outcome,
            message=f"{name} holds a code that spec {spec} does not list",
            action=_code_action(feed, column.code_list, listed),
        )
    if (expected := _expected(feed, column)) is not None:
        bad = f'not "{column.key}_is_well_formed"' if column.is_checked else f"{raw} is not null and {cast} is null"
        yield Rule(
            code=f"{code}.format",
            when=bad,
            columns=(column.name,),
            category="wrong_format",
            outcome=outcome,
            message=f"{name} is not {expected}",
            action=f"write {name} as {expected}",
        )
    if is_shortened_by_spreadsheets(feed, column):
        yield Rule(
            code=f"{code}.shortened",
            when=f"case when contains({raw}, 'E+') then regexp_full_match({raw}, '[0-9]([.][0-9]+)?E[+][0-9]+') end",
            columns=(column.name,),
            category="wrong_format",
            outcome="quarantine_row",
            message=f"{name} is a number that the spreadsheet has shortened, so that its last digits are lost",
            action=f"format the column {name} as text, fill it again from the system it came from, and send the file again",
        )
    if column.type in ("upn", "nhs_number"):
        # A warning, and not a quarantine, because a mistyped identifier must not take a child out of the count; the false
        # <column>_is_valid keeps it out of matching.
        yield Rule(
            code=f"{code}.check_digit",
            when=f'"{column.key}_is_well_formed" and not "{column.key}_is_valid"',
            columns=(column.name,),
            category="bad_value",
            outcome="warn",
            message=f"{name} fails its check {'letter' if column.type == 'upn' else 'digit'}; the row counts, and the number is not used to match",
            action=f"correct {name}",
        )


def _table_rules(feed: Feed, table: Table) -> Iterator[Rule]:
    code = f"{feed.name.upper()}.{table.name}"
    yield Rule(
        code=f"{code}.key.duplicate",
        columns=table.key,
        category="duplicate",
        outcome="quarantine_row",
        when=repeated_key(table),
        message=f"another row has the same {' + '.join(table.key)}, and nothing tells which of them is right",
        action="send each record once; all holders of the repeated key are kept out",
    )
    if table.parent:
        parent, column = table.parent.table, table.column(table.parent.column)
        yield Rule(
            code=f"{code}.parent.orphan",
            columns=(column.name,),
            category="orphan",
            outcome="quarantine_row",
            when=f'"{column.key}" is not null and "{parent}" is null',
            message=f"{column.name} leads to no accepted row of {parent}",
            action=f"send that row of {parent}, or mend it if it was kept out itself",
        )


def _code_action(feed: Feed, code_list: str, listed: Sequence[str]) -> str:
    use = f"use one of: {', '.join(listed)} as shown" if len(listed) <= 20 else f"use a code of the list {code_list}"
    spec = ", or name the spec that the file follows" if varies(code_list) and len(feed.specs) > 1 else ""
    return f"{use}{spec}; capitals count"


def _expected(feed: Feed, column: Column) -> str | None:
    if column.type == "date":
        formats = feed.dialect.date_formats
        # A day that may also carry a midnight is shown once, without it.
        plain = [pattern for pattern in formats if re.split("[ T]%H", pattern)[0] not in set(formats) - {pattern}]
        examples = _examples(feed.dialect, plain, time())
        return f"a date that exists, from 1900 to 2199, such as {examples}"
    if column.type == "datetime":
        examples = _examples(feed.dialect, feed.dialect.datetime_formats, time(9, 30))
        return f"a date and time that exists, such as {examples}"
    return _WORDS.get(column.type)


def _examples(dialect: Dialect, formats: Sequence[str], hour: time) -> str:
    """The dialect's example as each of the formats writes it, at that hour."""
    moment = datetime.combine(_day(dialect), hour)
    return " or ".join(dict.fromkeys(moment.strftime(pattern) for pattern in formats))


def _day(dialect: Dialect) -> date:
    for pattern in (*dialect.date_formats, *dialect.datetime_formats):
        try:
            return datetime.strptime(dialect.date_example, pattern).date()  # noqa: DTZ007  a day, of no zone
        except ValueError:
            continue
    raise ValueError(f"the date example {dialect.date_example} is in none of the dialect's formats")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
