"""Options and arguments that several commands share. Belongs here: their help, and reading them; no command."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sendjc_pipeline import settings as configuration
from sendjc_pipeline.settings import SendjcError, Settings

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The home folder; else SENDJC_HOME.", envvar="SENDJC_HOME")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


def there(given: list[Path] | Path | None) -> list[Path] | Path | None:
    """What was given, all of which must be files. Typer's own check would repeat a name, which may be a child's."""
    from sendjc_pipeline.submissions.report.names import shown_files

    files = [given] if isinstance(given, Path) else given or []
    if absent := [path.name for path in files if not path.is_file()]:
        named = ", ".join(shown_files(absent, [path.name for path in files]).values())
        raise typer.BadParameter(f"not a file: {named}; give the files themselves, not their folder.")
    return given


FilesArgument = Annotated[
    list[Path], typer.Argument(help="The files, as the partner's system wrote them.", callback=there)
]
SpecOption = Annotated[str | None, typer.Option(help="The layout's year or version; else the feed's default.")]
ReviewerOption = Annotated[str, typer.Option(help="The reviewer's staff name or number, such as j.ali.")]
OnOption = Annotated[str | None, typer.Option(help="The day of the decisions (YYYY-MM-DD); else today.")]
QuarterOption = Annotated[str, typer.Option(help="A quarter such as 2024-25-Q4 (January to March 2025).")]


def settings_of(home: Path | None) -> Settings:
    """The home that was named, or that of the environment."""
    return configuration.load(home)


def home_of(home: Path | None) -> Settings:
    """The home, which must be there already. Raises SendjcError where it is not: a mistyped one would look like an empty one."""
    settings = settings_of(home)
    if not settings.restricted.is_dir():
        raise SendjcError(f"there is no home at {settings.home}: check --home or SENDJC_HOME.")
    return settings


def day(text: str) -> date:
    """A day as it is given. Raises SendjcError where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SendjcError(f"'{text}' is not a day; write it as 2025-05-12.") from None
