"""The national waiting-list workbook (community health services SitRep) for the last month of a quarter.

Belongs here: Tables 4 and 4a to 4g in the published layout (sources 5.1): National, Region, ICB and Provider rows, the
children's speech and language and occupational therapy lines. The four areas' providers come from the simulation; the
rest of England is the workbook of October 2023 without them, at the world's scale. Does not belong here: waits.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import xlsx
from sendjc_pipeline.synthetic.population import World
from sendjc_pipeline.synthetic.waits import BANDS, open_clocks

TITLES = {
    "4": "Total waiting list by service", "4a": "Number waiting 0-1 weeks (0-7 days) by service",
    "4b": "Number waiting >1-2 weeks (8-14 days) by service", "4c": "Number waiting >2-4 weeks (15-28 days) by service",
    "4d": "Number waiting >4-12 weeks (29-84 days) by service", "4e": "Number waiting >12-18 weeks (85-126 days) by service",
    "4f": "Number waiting >18-52 weeks (127-364 days) by service", "4g": "Number waiting over 52 weeks (over 365 days) by service",
}  # fmt: skip
Cells = list[xlsx.Cell]
_THERAPY = "(CYP) Therapy interventions:"
LINE = {"SLT": f"{_THERAPY} Speech and language", "OT": f"{_THERAPY} Occupational therapy"}
Row = tuple[str, str, str, dict[str, list[int]]]  # type, code, name, and by service the total and bands
ABOVE = {"RHA": ("QT1", "Y60"), "RY8": ("QJ2", "Y60"), "RXM": ("QJ2", "Y60"), "RTD": ("QHM", "Y63")}  # ICB and region
NATIONAL_ONLY = ("(A) Adult safeguarding", "(CYP) Looked after children teams", "(CYP) Safeguarding")
_BAND_COLUMNS = ("total", "0-7", "8-14", "15-28", "29-84", "85-126", "127-364", "365+")
_NOTES = (
    "Blanks indicate no organisation submitted for the service line.",
    "Synthetic figures: the four areas' providers are simulated, the rest of England is October 2023 at this set's scale.",
    "* Data for adult safeguarding, looked after children teams and children and young people's safeguarding is only published at "
    "national level and for total waiting list to prevent risk of disclosing sensitive information.",
)


def provider_counts(world: World, areas: list[str], day: int) -> dict[tuple[str, str], list[int]]:
    """Count total and seven bands of open waits by (provider, service) on a day; pathways, as a provider counts them."""
    running = open_clocks(world, areas, day)
    cells = [pl.col("days").is_between(low, high).sum().alias(f"band_{low}") for low, high in BANDS]
    table = running.group_by("provider", "service").agg(pl.len().alias("total"), *cells)
    return {(str(row[0]), str(row[1])): [int(n) for n in row[2:]] for row in table.rows()}


def _england(world: World, counts: dict[tuple[str, str], list[int]]) -> list[Row]:
    """Make every row of the workbook: type, code, name, and by service the total and bands."""
    published = cal.table("sitrep_october_2023").with_columns(pl.col(_BAND_COLUMNS).cast(pl.Int64))
    rows: dict[tuple[str, str, str], dict[str, list[int]]] = {}
    for row in published.rows(named=True):
        kind, code = row["org_type"], row["org_code"] or ""
        cells = rows.setdefault((kind, code, row["org_name"]), {})
        service = row["service"]
        if kind == "Provider":
            if (code, service) in counts:
                cells[service] = counts[code, service]
            continue
        inside = [name for name, above in ABOVE.items() if kind == "National" or code in above]
        known = published.filter(pl.col("org_code").is_in(inside), pl.col("service") == service)
        ours = known.select(pl.col(_BAND_COLUMNS).sum()).row(0)
        simulated = [counts.get((name, service), [0] * 8) for name in inside]
        rest = [cal.scaled(row[band] - mine, world.scale) for band, mine in zip(_BAND_COLUMNS, ours, strict=True)]
        cells[service] = [base + sum(each[place] for each in simulated) for place, base in enumerate(rest)]
    order = {"National": 0, "Region": 1, "ICB": 2, "Provider": 3}
    keys = sorted(rows, key=lambda key: (order[key[0]], key[2]))
    return [(*key, rows[key]) for key in keys if key[0] != "Provider" or rows[key]]


def workbook(world: World, areas: list[str], quarter: Quarter) -> dict[str, list[Cells]]:
    """Make the sheets of a quarter's workbook, for its last month."""
    month = f"{quarter.end:%B %Y}"
    services = cal.table("sitrep_service")["column_header"].to_list()
    england = _england(world, provider_counts(world, areas, cal.day(quarter.end)))
    contents: list[Cells] = [[f"Table {table}: {title}, {month}"] for table, title in TITLES.items()]
    notes: list[Cells] = [[note] for note in _NOTES]
    sheets: dict[str, list[Cells]] = {
        "Cover page": [["Title:", "Community Health Services Waiting Times (synthetic)"], ["Period:", month], ["Basis:", "Provider"],
                       ["Status:", "Synthetic data: no organisation reported these figures"]],
        "Contents": [["Contents"], *contents],
    }  # fmt: skip
    for place, (table, title) in enumerate(TITLES.items()):
        head: Cells = ["Organisation Type", "Organisation Code", "Organisation Name", *services]
        rows: list[Cells] = [
            [kind, code, name, *(_value(service, kind, cells, place) for service in services)]
            for kind, code, name, cells in england
        ]
        sheets[f"Table {table}"] = [[f"{title}, {month}"], *notes, head, *rows]
    return sheets


def _value(service: str, kind: str, cells: dict[str, list[int]], place: int) -> xlsx.Cell:
    if service in NATIONAL_ONLY and (kind != "National" or place > 0):
        return "*"
    for short, line in LINE.items():
        if service == line and short in cells:
            return cells[short][place]
    return None


def write(world: World, areas: list[str], quarter: Quarter, folder: Path) -> dict[str, int]:
    """Write the workbook; returns the number of organisation rows over all tables by file name."""
    return save(workbook(world, areas, quarter), quarter, folder)


def file_name(quarter: Quarter) -> str:
    """The workbook's name, after its month."""
    return f"community_health_services_waiting_lists_{quarter.end:%Y-%m}.xlsx"


def save(sheets: dict[str, list[Cells]], quarter: Quarter, folder: Path) -> dict[str, int]:
    """Write sheets as the quarter's workbook; returns the number of organisation rows over all tables by file name."""
    name = file_name(quarter)
    xlsx.write(dict(sheets), folder / name)
    return {name: sum(len(rows) - 5 for title, rows in sheets.items() if title.startswith("Table"))}
