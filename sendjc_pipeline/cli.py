"""sendjc: the same functions, for a terminal. Belongs here: options and help; what a command does is in commands/."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.exceptions import TyperException

from sendjc_pipeline import settings as configuration
from sendjc_pipeline.commands.console import NOT_CHECKED, console, errors
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks print local variables, and those may hold a row
    rich_markup_mode="markdown",
    help="Partner files in, a published quarter out.",
)
key_app = typer.Typer(no_args_is_help=True, help="The pseudonym key.")
keys_app = typer.Typer(
    no_args_is_help=True, help="The keys behind pseudonyms, one per purpose: show them by fingerprint, rotate them."
)
reference_app = typer.Typer(no_args_is_help=True, help="Reference data too large or too short-lived for a seed.")
release_app = typer.Typer(no_args_is_help=True, help="The releases: list them, compare two, roll the current one back.")
opt_out_app = typer.Typer(no_args_is_help=True, help="Children who opted out of the use of their health records.")
review_app = typer.Typer(
    no_args_is_help=True, help="Pairs of records that might be one child: worklists for reviewers, and their verdicts."
)
app.add_typer(key_app, name="key")
app.add_typer(opt_out_app, name="opt-out")
app.add_typer(keys_app, name="keys")
app.add_typer(reference_app, name="reference")
app.add_typer(release_app, name="release")
app.add_typer(review_app, name="review")

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The home folder; else SENDJC_HOME.", envvar="SENDJC_HOME")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


def _there(files: list[Path]) -> list[Path]:
    """The files given, all of which must be there. Typer's own check would repeat a name, which may be a child's."""
    from sendjc_pipeline.submissions.report.names import shown_files

    if absent := [path.name for path in files if not path.is_file()]:
        named = ", ".join(shown_files(absent, [path.name for path in files]).values())
        raise typer.BadParameter(f"not a file: {named}; give the files themselves, not their folder.")
    return files


FilesArgument = Annotated[
    list[Path], typer.Argument(help="The files, as the partner's system wrote them.", callback=_there)
]
SpecOption = Annotated[str | None, typer.Option(help="The layout's year or version; else the feed's default.")]
ReviewerOption = Annotated[str, typer.Option(help="The reviewer's staff name or number, such as j.ali.")]
OnOption = Annotated[str | None, typer.Option(help="The day of the decisions (YYYY-MM-DD); else today.")]
QuarterOption = Annotated[str, typer.Option(help="A quarter such as 2024-25-Q4 (January to March 2025).")]


def _home(home: Path | None) -> Settings:
    return configuration.load(home)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SendjcError(f"'{text}' is not a day; write it as 2025-05-12.") from None


@key_app.command("create")
def key_create(home: HomeOption = None) -> None:
    """Make the pseudonym key of a home. Keep a copy elsewhere: without it, no child keeps the same pseudonym.

    Example: `sendjc key create --home /srv/sendjc`
    """
    console.print(f"Wrote {configuration.create_pseudonym_key(_home(home))}")


@keys_app.command("show")
def keys_show(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Each purpose's key by its fingerprint, since when, and where its secret is kept; never a key. Example: `sendjc keys show`"""
    from sendjc_pipeline.commands import keys

    keys.shown(_home(home), as_json)


@keys_app.command("rotate")
def keys_rotate(
    purpose: Annotated[
        str,
        typer.Option(
            help="person, record (ids of partners' records), review (tokens), extract (lists), or all four; opt_out with --opt-outs."
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why, for the keyring.")],
    opt_outs: Annotated[
        list[Path] | None,
        typer.Option(help="A list of opt-outs as it was sent; once for each that stands.", exists=True, dir_okay=False),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: HomeOption = None,
) -> None:
    """Retire a key and bring in another; a re-key table leads from every old key of a child to its new one. All or nothing.

    Example: `sendjc keys rotate --purpose all --reason "yearly change"`
    """
    from sendjc_pipeline.commands import keys

    keys.rotate(_home(home), purpose, reason, datetime.now(UTC), None if yes else typer.confirm, opt_outs or ())


@reference_app.command("postcodes")
def reference_postcodes(
    file: Annotated[Path, typer.Argument(help="ONSPD or NSPL as CSV.", exists=True, dir_okay=False)],
    edition: Annotated[str, typer.Option(help="Its edition, such as 2025-05.")],
    deprivation: Annotated[
        Path | None,
        typer.Option(help="Indices of Deprivation as CSV: LSOA code and decile.", exists=True, dir_okay=False),
    ] = None,
    source: Annotated[str, typer.Option(help="Whose directory it is.")] = "ONS Postcode Directory",
    home: HomeOption = None,
) -> None:
    """Load a postcode directory: LSOA, district and deprivation decile of each postcode, in place of the one before.

    Example: `sendjc reference postcodes ONSPD_MAY_2025_UK.csv --edition 2025-05 --deprivation File_7.csv`
    """
    from sendjc_pipeline.commands import reference

    reference.load_postcodes(_home(home), file, deprivation, source, edition)


@app.command()
def prepare() -> None:
    """Parse the dbt project once, so that nothing parses it again until it changes. Example: `sendjc prepare`"""
    from sendjc_pipeline.warehouse import project

    project.prepare()


@app.command()
def submit(
    files: FilesArgument,
    partner: Annotated[str, typer.Option(help="Who sends: an area id, an ODS code, or dfe, nhs_england, ons.")],
    feed: Annotated[str, typer.Option(help="What it is, such as sen2 or csds.")],
    period: Annotated[str, typer.Option(help="What it covers: 2024-25-Q4, 2025-03 or 2024.")],
    spec: SpecOption = None,
    home: HomeOption = None,
) -> None:
    """Land a partner's files, whole, as they are. The same bytes again change nothing; other bytes supersede.

    Example: `sendjc submit --partner derby --feed sen2 --period 2024-25-Q4 Blade-Export_*.csv`
    """
    from sendjc_pipeline.commands.withdraw import what_it_changes
    from sendjc_pipeline.submissions import ledger

    now, settings = datetime.now(UTC), _home(home)
    landed = ledger.submit(settings, partner, feed, period, files, spec=spec, received_at=now)
    console.print(f"{landed.submission_id}  {landed.partner} {landed.feed} {landed.period}, {len(landed.files)} files")
    if note := what_it_changes(settings, landed, now):
        console.print(note)


class _CheckCommand(TyperCommand):
    """A wrong option or an absent file gives exit code 3: click's own 2 would tell a script that the file was refused."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().make_context(*args, **kwargs)
        except TyperException as error:
            error.exit_code = NOT_CHECKED
            raise


@app.command(cls=_CheckCommand)
def check(
    files: FilesArgument,
    feed: Annotated[str, typer.Option(help="What it is, such as sen2 or csds.")],
    spec: SpecOption = None,
    period: Annotated[
        str | None,
        typer.Option(help="What it covers, such as 2024-25-Q4; without it no rule compares with the period."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="A folder for the report: report.xlsx, and the same as CSV, JSON and Parquet.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Try a partner's files against every rule and land nothing. Needs no home.

    Exit 0 clean, 1 rows refused, 2 file refused, 3 not checked (a wrong option, or a file that is not there).

    Example: `sendjc check --feed demographics --report faults demographics_for_linkage.csv`
    """
    from sendjc_pipeline.commands import submissions

    # One place, so that a killed check is swept by the next.
    scratch = Path(tempfile.gettempdir()) / f"sendjc-check-{os.getuid()}"
    scratch.mkdir(mode=0o700, exist_ok=True)
    try:
        code = submissions.check(configuration.load(scratch), feed, spec, period, files, report, as_json)
    except SendjcError as failure:
        errors.print(str(failure), markup=False)
        code = NOT_CHECKED
    raise typer.Exit(code)


@app.command()
def report(
    partner: Annotated[str, typer.Option(help="Who sent it: an area id, an ODS code, or dfe, nhs_england, ons.")],
    feed: Annotated[str, typer.Option(help="What it is, such as sen2 or csds.")],
    period: Annotated[str, typer.Option(help="What it covers: 2024-25-Q4, 2025-03 or 2024.")],
    out: Annotated[
        Path | None, typer.Option(help="The folder to write into; else one in the home's restricted/reports/.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write the partner report of what has landed: a workbook, and the same as CSV, JSON and Parquet.

    Example: `sendjc report --partner derby --feed sen2 --period 2024-25-Q4 --out report`
    """
    from sendjc_pipeline.commands.partner_report import report_landed

    report_landed(_home(home), partner, feed, period, out)


@app.command()
def drift(
    old: Annotated[str, typer.Argument(help="FEED:SPEC, a spec of --feed, a CSV file, or a folder of them.")],
    new: Annotated[str, typer.Argument(help="The same, of the new layout.")],
    feed: Annotated[str | None, typer.Option(help="The feed, where OLD and NEW do not say it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say in words what a new layout changes: tables, columns, codes and rules of two specs, or the headers of a partner's files.

    Example: `sendjc drift sen2:2024 sen2:2025` or `sendjc drift last_term/ this_term/`
    """
    from sendjc_pipeline.commands import drift as command

    command.drift(old, new, feed, as_json)


@app.command()
def template(
    feed: Annotated[str, typer.Argument(help="A feed, such as sleep_support or csds.")],
    spec: SpecOption = None,
    out: Annotated[Path, typer.Option(help="The folder to write into; it is made if need be.")] = Path(),
    xlsx: Annotated[
        bool | None,
        typer.Option("--xlsx/--csv", help="A workbook or CSV files; else a workbook where the feed takes one."),
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace files that are there already.")] = False,
) -> None:
    """Write a feed's empty tables and a dictionary of their columns, codes and rules, for a partner to fill in. Needs no home.

    Example: `sendjc template sleep_support --out templates`
    """
    from sendjc_pipeline.commands import template as command

    command.template(feed, spec, out, xlsx, force)


@app.command()
def withdraw(
    submission: Annotated[str, typer.Argument(help="Its id, or the beginning of it; `sendjc status` lists them.")],
    reason: Annotated[str | None, typer.Option(help="Why these files no longer count.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Let the submission count again.")] = False,
    home: HomeOption = None,
) -> None:
    """Take a submission back: the one before it counts again from today. Nothing is deleted.

    Example: `sendjc withdraw 3f2a --reason "sent to the wrong period"`
    """
    from sendjc_pipeline.commands import withdraw as command

    command.withdraw(_home(home), submission, reason, undo, datetime.now(UTC))


@app.command("annex-a")
def annex_a(
    area: Annotated[str, typer.Option(help="The council, by its area id.")],
    quarter: QuarterOption,
    out: Annotated[Path | None, typer.Option(help="A folder; else restricted/annex_a/<area> in the home.")] = None,
    home: HomeOption = None,
) -> None:
    """Write the lists of an area SEND inspection (Annex A, List_1 and List_2) for the council whose children they are.

    Example: `sendjc annex-a --area derby --quarter 2024-25-Q4`
    """
    from sendjc_pipeline.commands import annex_a as command

    command.write(_home(home), area, quarter, out)


@app.command()
def run(
    quarter: QuarterOption,
    known_at: Annotated[
        str | None, typer.Option(help="Use what was received by this day (YYYY-MM-DD); else today.")
    ] = None,
    withhold: Annotated[
        list[str] | None,
        typer.Option(help="Publish without this topic, whose checks are red; such as ehc, waits or cohort."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why there is a new revision.")] = "",
    record: Annotated[
        bool, typer.Option(help="Keep the run in the home's Dagster history, for the UI; some 10 s slower.")
    ] = False,
    force: Annotated[bool, typer.Option(help="Run though nothing is new; publish again what was rolled back.")] = False,
    home: HomeOption = None,
) -> None:
    """The quarterly job in this process. Exit 0 published, 3 refused by the gate (the red checks are listed), 1 error.

    Example: `sendjc run --quarter 2024-25-Q4 --home /srv/sendjc`
    """
    from sendjc_pipeline.commands.run import Order, run_quarter, today

    order = Order(
        Quarter.parse(quarter), _day(known_at) if known_at else today(), tuple(withhold or ()), reason, force, record
    )
    raise typer.Exit(run_quarter(_home(home), order))


@app.command()
def demo(
    home: HomeOption = None, quarter: QuarterOption = "2024-25-Q4",
    source: Annotated[Path | None, typer.Option(help="Submissions as PARTNER/FEED/PERIOD/; else seeds/demo.")] = None,
) -> None:  # fmt: skip
    """Publish the demo quarter from the synthetic submissions in seeds/demo, with a key of its own.

    Example: `sendjc demo --home .sendjc/demo`
    """
    from sendjc_pipeline.commands.reference import load_synthetic
    from sendjc_pipeline.commands.run import Order, run_quarter, today
    from sendjc_pipeline.commands.submissions import submit_tree
    from sendjc_pipeline.warehouse.project import ROOT

    settings = _home(home)
    if not settings.key_file.is_file() and "SENDJC_PSEUDONYM_KEY" not in os.environ:
        configuration.create_pseudonym_key(settings)
    load_synthetic(settings)
    landed = submit_tree(settings, source or ROOT / "seeds" / "demo", datetime.now(UTC))
    console.print(
        f"{len(landed)} submissions landed in {settings.landing}; all synthetic, the NHS England workbook too"
    )
    raise typer.Exit(run_quarter(settings, Order(Quarter.parse(quarter), today())))


@app.command()
def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Submissions and releases. Example: `sendjc status --home /srv/sendjc`"""
    from sendjc_pipeline.commands import status as command

    command.status(_home(home), datetime.now(UTC).date(), as_json)


@app.command()
def explain(
    metric: Annotated[str, typer.Argument(help="A metric id, such as ehcp_20w_pct_exc.")],
    area: Annotated[str, typer.Option(help="An area id: nottingham, nottinghamshire, qt1, derby, newcastle.")],
    quarter: QuarterOption,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """From a published figure back to the submissions behind it.

    Example: `sendjc explain ehcp_20w_pct_exc --area derby --quarter 2024-25-Q4`
    """
    from sendjc_pipeline.commands.explain import explain as explain_figure

    explain_figure(_home(home), metric, area, Quarter.parse(quarter), as_json)


@app.command()
def synth(
    out: Annotated[Path, typer.Option(help="Where to write PARTNER/FEED/PERIOD/ folders.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    scale: Annotated[float, typer.Option(help="1.0 is real volumes.")] = 0.1,
    areas: Annotated[
        str, typer.Option(help="Area ids, separated by commas.")
    ] = "nottingham,nottinghamshire,derby,newcastle",
    quarters: Annotated[
        str, typer.Option(help="A quarter, or the first and last: 2024-25-Q1..2024-25-Q4.")
    ] = "2024-25-Q4",
    truth: Annotated[Path | None, typer.Option(help="Where to write the truth.")] = None,
    defects: Annotated[
        float, typer.Option(help="Faults per row, 0 to 0.5; one to a family of rows.", min=0, max=0.5)
    ] = 0.0,
    submit: Annotated[bool, typer.Option("--submit", help="Land what was written, too.")] = False,
    feeds: Annotated[str | None, typer.Option(help="Feeds, separated by commas; else every one.")] = None,
    hard: Annotated[
        bool, typer.Option("--hard", help="Make children hard to tell: misspelt, moved, without numbers.")
    ] = False,
    reduced: Annotated[
        bool,
        typer.Option(
            "--reduced", help="As in seeds/demo: no optional CSDS tables, no mental-health patients in demographics."
        ),
    ] = False,
    home: HomeOption = None,
) -> None:
    """Synthetic areas in the partners' own formats, with the truth beside them.

    Example: `sendjc synth --out /tmp/areas --seed 7 --scale 0.2 --quarters 2024-25-Q3..2024-25-Q4 --truth /tmp/truth`
    """
    from sendjc_pipeline.commands.synth import synthesise

    land = _home(home) if submit else None
    synthesise(
        out, seed, scale, areas, quarters, truth, defects, land, datetime.now(UTC), feeds, hard=hard, reduced=reduced
    )


@opt_out_app.command("add")
def opt_out_add(
    file: Annotated[Path, typer.Argument(help="CSV with the one column NHSNumber.", exists=True, dir_okay=False)],
    partner: Annotated[str | None, typer.Option(help="Who sent the list; without it, it is the national one.")] = None,
    home: HomeOption = None,
) -> None:
    """Take a list of opt-outs in: from today the health rows of these children are left out of every run. No number is stored.

    Exit 0 every line was taken, 3 some were refused (the others are taken), 1 nothing was taken. A list that stands is not added again.

    Example: `sendjc opt-out add opted_out.csv --partner RHA`
    """
    from sendjc_pipeline.commands import opt_outs

    raise typer.Exit(opt_outs.add(_home(home), file, partner, datetime.now(UTC)))


@opt_out_app.command("list")
def opt_out_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every list of opt-outs: when it came, from whom, how many it names. Example: `sendjc opt-out list`"""
    from sendjc_pipeline.commands import opt_outs

    opt_outs.listing(_home(home), as_json)


@opt_out_app.command("withdraw")
def opt_out_withdraw(
    batch: Annotated[str, typer.Argument(help="Its id, or the beginning of it; `sendjc opt-out list` shows them.")],
    home: HomeOption = None,
) -> None:
    """Take a list of opt-outs back, from today. Who stands on another list stays left out. Example: `sendjc opt-out withdraw 3f2a`"""
    from sendjc_pipeline.commands import opt_outs

    opt_outs.withdraw(_home(home), batch, datetime.now(UTC))


@release_app.command("list")
def release_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every release with its reason. Example: `sendjc release list`"""
    from sendjc_pipeline.commands import releases

    releases.listing(_home(home), as_json)


@release_app.command("diff")
def release_diff(first: str, second: str, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every published figure that differs between two releases. Example: `sendjc release diff 2024-25-Q4.r1 2024-25-Q4.r2`"""
    from sendjc_pipeline.commands import releases

    releases.diff(_home(home), first, second, as_json)


@release_app.command("rollback")
def release_rollback(home: HomeOption = None) -> None:
    """Point published/current at the release before; nothing is deleted. Example: `sendjc release rollback`"""
    from sendjc_pipeline.release import ledger

    gone, now = ledger.roll_back(_home(home))
    console.print(f"{gone.release_id} rolled back; {now.release_id} is current.")


@review_app.command("export")
def review_export(
    quarter: QuarterOption,
    reviewer: ReviewerOption,
    most: Annotated[int | None, typer.Option(help="At most so many pairs, the likeliest first.", min=1)] = None,
    conflicts: Annotated[bool, typer.Option("--conflicts", help="Only pairs on which reviewers differ.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a worklist that is there already.")] = False,
    home: HomeOption = None,
) -> None:
    """Write a reviewer's worklist, XLSX and CSV, into restricted/identity/review/: pairs without a verdict of theirs, likeliest first.

    Example: `sendjc review export --quarter 2024-25-Q4 --reviewer j.ali --most 200`
    """
    from sendjc_pipeline.commands import review
    from sendjc_pipeline.commands.run import today

    review.export(_home(home), Quarter.parse(quarter), reviewer, today(), most, conflicts=conflicts, replace=force)


@review_app.command("import")
def review_import(
    worklist: Annotated[Path, typer.Argument(help="The worklist, filled in.", exists=True, dir_okay=False)],
    reviewer: ReviewerOption,
    on: OnOption = None,
    home: HomeOption = None,
) -> None:
    """Record the verdicts of a worklist: same, different or unsure. Two reviewers who agree decide; all of the file or none of it.

    Example: `sendjc review import worklist_2024-25-Q4.xlsx --reviewer j.ali --on 2025-05-12`
    """
    from sendjc_pipeline.commands import review
    from sendjc_pipeline.commands.run import today

    review.take(_home(home), worklist, reviewer, _day(on) if on else today(), datetime.now(UTC), today())


@review_app.command("status")
def review_status(
    quarter: Annotated[
        str | None, typer.Option(help="Only pairs of this quarter's last run; else of every one.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """How many pairs wait for a verdict, are in conflict or decided, and for how long. Example: `sendjc review status`"""
    from sendjc_pipeline.commands import review
    from sendjc_pipeline.commands.run import today

    review.status(_home(home), Quarter.parse(quarter) if quarter else None, today(), as_json)


@review_app.command("undo")
def review_undo(
    pairs: Annotated[list[str], typer.Argument(help="Pairs, as the worklist calls them.")],
    reviewer: ReviewerOption,
    on: OnOption = None,
    home: HomeOption = None,
) -> None:
    """Take back a reviewer's verdicts on some pairs. What was said stays on record; a decision that needs it no longer counts.

    Example: `sendjc review undo P3f2a9c1d5b7e604 --reviewer j.ali`
    """
    from sendjc_pipeline.commands import review
    from sendjc_pipeline.commands.run import today

    review.undo(_home(home), pairs, reviewer, _day(on) if on else today(), datetime.now(UTC), today())


@app.command()
def dev(home: HomeOption = None, port: Annotated[int, typer.Option(help="Port on localhost.")] = 3000) -> None:
    """The Dagster UI on localhost, on this home. Example: `sendjc dev --home .sendjc/demo`"""
    from sendjc_pipeline.commands.dev import serve

    serve(_home(home), port)


def main() -> None:
    """Run the command line; an expected failure is one line on standard error and exit code 1. Nothing is reported to any vendor."""
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    try:
        app()
    except SendjcError as failure:
        errors.print(str(failure), markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
