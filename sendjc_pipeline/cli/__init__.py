"""sendjc: the same functions, for a terminal. Belongs here: which commands there are, in the order of `--help`.

Each module declares options and help of one group of commands; what a command does is in commands/.
"""

from __future__ import annotations

import os
import sys

import typer

from sendjc_pipeline.cli import identity, job, reference, releases, review, submissions, synthetic
from sendjc_pipeline.commands.console import errors
from sendjc_pipeline.settings import SendjcError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks print local variables, and those may hold a row
    rich_markup_mode="markdown",
    help="Partner files in, a published quarter out.",
)
app.add_typer(identity.key_app, name="key")
app.add_typer(identity.opt_out_app, name="opt-out")
app.add_typer(identity.keys_app, name="keys")
app.add_typer(reference.reference_app, name="reference")
app.add_typer(releases.release_app, name="release")
app.add_typer(review.review_app, name="review")

app.command()(job.prepare)
app.command()(submissions.submit)
app.command(cls=submissions.CheckCommand)(submissions.check)
app.command()(submissions.report)
app.command()(submissions.drift)
app.command()(submissions.template)
app.command()(submissions.withdraw)
app.command("annex-a")(releases.annex_a)
app.command()(job.run)
app.command()(synthetic.demo)
app.command()(job.status)
app.command()(job.explain)
app.command()(synthetic.synth)
app.command()(job.dev)


def main() -> None:
    """Run the command line; an expected failure is one line on standard error and exit code 1. Nothing is reported to any vendor."""
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    try:
        app()
    except SendjcError as failure:
        errors.print(str(failure), markup=False)
        sys.exit(1)
