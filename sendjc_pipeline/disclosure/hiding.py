"""Which figures are hidden: the small ones, and those that would give one back, over all equations until nothing more is given away.

Belongs here: the choice. Does not belong here: the equations (relations.py), what a reader can work out (bounds.py), or what is written (profiles.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import duckdb
import numpy as np

from sendjc_pipeline.disclosure.bounds import Equations, Flags, Indexes, Numbers, Ranges, implied, narrow
from sendjc_pipeline.disclosure.cells import CELLS, FIGURE, ROWS
from sendjc_pipeline.disclosure.joint import Asked, contradicted, too_narrow
from sendjc_pipeline.disclosure.profile import Profile
from sendjc_pipeline.disclosure.relations import REST, TERMS

NO_ROW = -1
NONE: Indexes = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Board:
    """The rows, cells and equations of the tables that are to be protected, as arrays; a row, cell or equation is its index.

    `row` is the row of a cell, NO_ROW for a rest; `told` marks cells that the table would show (not c, not a rest); `count` is nan where an earlier
    release hid it. Rows: `is_now` for this release, `unit_is_pct`, `was_hidden` in an earlier release, `tells_of_all` where 0 % or 100 % would.
    `earlier` is what earlier releases say of their cells; `pairs` are the cells of one figure in this release and in an earlier one.
    """

    profile: Profile
    equations: Equations
    prefer: Flags
    assumed: Flags
    row: Indexes
    kind: Indexes
    count: Numbers
    told: Flags
    is_now: Flags
    unit_is_pct: Flags
    was_hidden: Flags
    tells_of_all: Flags
    is_primary_pct: Flags
    earlier: Ranges
    pairs: tuple[Indexes, Indexes]

    @cached_property
    def cell_is_now(self) -> Flags:
        """Cells of this release, rests among them."""
        return np.where(self.row == NO_ROW, True, self.is_now[self.row])

    @cached_property
    def small(self) -> Flags:
        """Cells of 1 to the threshold; of earlier releases, those that are marked so."""
        top = self.profile.hidden_up_to
        now = (self.count >= 1) & (self.count <= top)
        return np.where(self.cell_is_now, now, np.isnan(self.count) & (self.earlier.upper == top))

    @cached_property
    def small_whole(self) -> Flags:
        """Small cells that are the sum of two published counts or more.

        Such a figure is marked as hidden for another's sake: were it marked small, its parts could be worked out from the marks alone (four marked
        parts of a marked 4 are 1 each).
        """
        equations = self.equations
        cell, part = equations.cell, equations.coefficient > 0
        counted = part & self.told[cell] & ~(self.count[cell] == 0)
        parts = np.bincount(equations.equation, counted, equations.count)
        found = np.zeros(len(self.row), dtype=bool)
        found[cell[~part & (parts >= 2)[equations.equation]]] = True
        return found & self.told & self.small & self.cell_is_now

    @cached_property
    def is_marked(self) -> Flags:
        """Counts of which the release says that they are small."""
        return self.told & self.small & ~self.small_whole

    @cached_property
    def may_be_small(self) -> Flags:
        """Counts of a percentage that an earlier release hid as small, without saying which of them is."""
        return self.told & ~self.cell_is_now & np.isnan(self.count) & ~self.small & self.is_primary_pct[self.row]

    @cached_property
    def is_unmarked(self) -> Flags:
        """Counts that are small and of which nothing says so, save those that rounding keeps apart."""
        beside = (
            ~self.told & self.cell_is_now & self.small
            if not self.profile.rounds
            else np.zeros(len(self.row), dtype=bool)
        )
        hidden_in_marks = narrow(self.equations, exact_ranges(self, _all_hidden(self)))
        known = (hidden_in_marks.lower >= 1) & (hidden_in_marks.upper <= self.profile.hidden_up_to)
        return (self.small_whole | beside) & ~known

    @cached_property
    def asked(self) -> Ranges:
        """What a marked count must be able to be: 1 to the threshold, or what the marks leave of it where every figure is hidden."""
        left = narrow(self.equations, exact_ranges(self, _all_hidden(self)))
        top = float(self.profile.hidden_up_to)
        return Ranges(np.clip(left.lower, 1.0, top), np.clip(left.upper, 1.0, top))


@dataclass
class Choice:
    """What is hidden so far: rows, and rows that keep their counts but lose their percentage."""

    primary: Flags
    hidden: Flags
    without_share: Flags
    lost: set[int] = field(default_factory=set)  # cells that earlier releases gave away and nothing here can protect


def read_board(con: duckdb.DuckDBPyConnection, profile: Profile) -> Board:
    """Read what cells.py and relations.py made."""
    same = " and ".join(f"before.{c} = row.{c}" for c in (*FIGURE, "other"))
    sensitive = ", ".join(f"'{topic}'" for topic in profile.sensitive) or "''"
    rows = _arrays(
        con,
        f"""select row.release = 0 as is_now, row.unit = 'pct' as unit_is_pct, row.unit = 'pct' and row.suppression = 'primary' as is_primary_pct,
            exists (select 1 from {ROWS} as before where before.release > 0 and before.suppression in ('primary', 'secondary') and {same}) as was_hidden,
            coalesce(row.unit = 'pct' and row.breakdown_topic in ({sensitive}) and row.numerator in (0, row.denominator)
                and row.denominator between 1 and {profile.extremes_from} - 1, false) as tells_of_all
            from {ROWS} as row order by row.row_id""",
    )
    cells = _arrays(
        con,
        f"""select cell.row_id as row, ascii(cell.kind) as kind, coalesce(cell.count, 'nan'::double) as count, cell.kind <> 'c' as told,
                row.suppression = 'primary' and row.unit = 'count' as is_marked, cell.cell_id,
                case when row.release > 0 and row.unit = 'pct' then row.value end::double as share
            from {CELLS} as cell inner join {ROWS} as row on cell.row_id = row.row_id
            union all
            select {NO_ROW} as row, 0 as kind, count, false as told, false as is_marked, cell_id, null::double as share from {REST}
            order by cell_id""",
    )
    terms = _arrays(
        con, f"select equation_id, cell_id, coefficient, prefer, is_assumed from {TERMS} order by equation_id, cell_id"
    )
    equations = Equations(
        terms["equation_id"].astype(np.int64), terms["cell_id"].astype(np.int64), terms["coefficient"].astype(float),
        int(terms["equation_id"].max(initial=-1)) + 1,
    )  # fmt: skip
    assumed = np.zeros(equations.count, dtype=bool)
    assumed[equations.equation[terms["is_assumed"].astype(bool)]] = True
    board = Board(
        profile=profile, equations=equations, prefer=terms["prefer"].astype(bool), assumed=assumed, row=cells["row"].astype(np.int64),
        kind=cells["kind"].astype(np.int64), count=cells["count"].astype(float), told=cells["told"].astype(bool),
        is_now=rows["is_now"].astype(bool), unit_is_pct=rows["unit_is_pct"].astype(bool), was_hidden=rows["was_hidden"].astype(bool),
        tells_of_all=rows["tells_of_all"].astype(bool), is_primary_pct=rows["is_primary_pct"].astype(bool),
        earlier=_said_earlier(profile, cells), pairs=(NONE, NONE),
    )  # fmt: skip
    return _believed(replace(board, pairs=_pairs(board)))


def choose(board: Board) -> Choice:
    """Hide what is small, then what would give it back, until nothing is given away."""
    primary = np.zeros(len(board.is_now), dtype=bool)
    small = primary.copy()
    small[board.row[board.small & (board.row != NO_ROW)]] = True
    primary[board.row[board.small & ~board.small_whole & (board.row != NO_ROW)]] = True
    primary = (primary | board.tells_of_all) & board.is_now
    choice = Choice(primary, (primary | small | board.was_hidden) & board.is_now, np.zeros_like(primary))
    if board.profile.hidden_up_to == 0:
        return choice
    steps = [_hide_alone, _hide_narrow, *([_hide_apart] if board.profile.rounds else []), _hide_joint]
    while any(step(board, choice) for step in steps):
        pass
    return choice


def joint(board: Board, choice: Choice) -> Flags:
    """Cells of which all equations at once tell more than the profile allows, whatever one after the other tells."""
    ranges = narrow(board.equations, exact_ranges(board, choice))
    secret = ranges.open & (board.is_marked | board.is_unmarked | board.may_be_small)
    secret[list(choice.lost)] = False
    cells = np.flatnonzero(secret)
    unmarked, top = board.is_unmarked[cells], float(board.profile.hidden_up_to)
    asked = Asked(
        cells,
        ~unmarked,
        board.may_be_small[cells],
        np.where(board.is_marked[cells], board.asked.lower[cells], 1.0),
        np.where(board.is_marked[cells], board.asked.upper[cells], top),
    )
    given_away = np.zeros(len(board.row), dtype=bool)
    given_away[too_narrow(board.equations, ranges, asked)] = True
    return given_away


def exact_ranges(board: Board, choice: Choice) -> Ranges:
    """What a reader knows at first who is told every shown count of this release unrounded, and of each hidden one whether it is small."""
    top, endless = board.profile.hidden_up_to, np.inf
    is_hidden = np.where(board.row == NO_ROW, True, choice.hidden[board.row])
    hidden = board.told & is_hidden
    lower = np.where(is_hidden, 0.0, board.count)
    upper = np.where(is_hidden, endless, board.count)
    marked = hidden & board.is_marked
    lower = np.where(hidden & (board.count > top), top + 1.0, np.where(marked, 1.0, lower))
    upper = np.where(marked, float(top), upper)
    now = board.cell_is_now
    return Ranges(np.where(now, lower, board.earlier.lower), np.where(now, upper, board.earlier.upper))


def rounded_ranges(board: Board, choice: Choice) -> Ranges:
    """What a reader knows at first of a release that is rounded: a percentage that is shown is taken to give its counts away."""
    exact = exact_ranges(board, choice)
    share = shows_share(board, choice)
    is_rounded = board.cell_is_now & board.told & (exact.lower == exact.upper) & (board.count > 0) & ~share[board.row]
    band = _band(board.profile, np.where(is_rounded, board.count, 0.0))
    unknown = board.cell_is_now & ~board.told & ~np.where(board.row == NO_ROW, False, share[board.row])
    lower, upper = np.where(is_rounded, band.lower, exact.lower), np.where(is_rounded, band.upper, exact.upper)
    return Ranges(np.where(unknown, 0.0, lower), np.where(unknown, np.inf, upper))


def shows_share(board: Board, choice: Choice) -> Flags:
    """Rows whose percentage is shown."""
    enough = np.zeros(len(board.is_now), dtype=bool)
    whole = (board.kind == ord("d")) & (board.count >= board.profile.least_whole)
    enough[board.row[whole]] = True
    return enough & board.unit_is_pct & board.is_now & ~choice.hidden & ~choice.without_share


def exposed(board: Board, ranges: Ranges) -> Flags:
    """Cells of which a reader knows more than the profile allows.

    A count that is marked as small must be able to be anything from 1 to the threshold, as far as the marks alone leave it that; a small count that
    bears no mark must not be known to be small. Differences in a release that is rounded are judged by their bands (apart).
    """
    least, most = board.asked.lower, board.asked.upper
    marked = board.is_marked & ((ranges.lower > least) | (ranges.upper < most))
    maybe = (
        board.may_be_small
        & (ranges.upper <= board.profile.hidden_up_to)
        & ((ranges.lower > 1) | (ranges.upper < board.profile.hidden_up_to))
    )
    return marked | maybe | (board.is_unmarked & (ranges.lower >= 1) & (ranges.upper <= board.profile.hidden_up_to))


def apart(board: Board, ranges: Ranges) -> tuple[Flags, Flags]:
    """Cells of a rounded release that nobody publishes and that are known to be 1 to the threshold, and cells known to differ so from an earlier one."""
    top = board.profile.hidden_up_to
    unpublished = ~board.told & board.cell_is_now & (ranges.lower >= 1) & (ranges.upper <= top)
    now, before = board.pairs
    least, most = ranges.lower[now] - ranges.upper[before], ranges.upper[now] - ranges.lower[before]
    moved = ((least >= 1) & (most <= top)) | ((most <= -1) & (least >= -top))
    moved &= ~(ranges.lower[now] == 0)  # a figure that fell to nothing is shown as such
    restated = np.zeros(len(board.row), dtype=bool)
    restated[now[moved]] = True
    return unpublished, restated


def unassumed(board: Board) -> Equations:
    """The equations that hold whatever was restated."""
    return board.equations.only(~board.assumed)


def _hide_alone(board: Board, choice: Choice) -> bool:
    """In an equation with one unknown, that being small, hide the next smallest figure."""
    ranges = exact_ranges(board, choice)
    secret = ranges.open & (board.is_marked | board.is_unmarked)
    # 0 % and 100 % of a sensitive breakdown are hidden though their counts are not small.
    secret |= (
        ranges.open & board.told & np.where(board.row == NO_ROW, False, (board.tells_of_all & board.is_now)[board.row])
    )
    return _hide_next(board, choice, _has_one(board.equations, ranges.open) & board.equations.of(secret))


def _hide_narrow(board: Board, choice: Choice) -> bool:
    """Where several equations together tell too much of a cell, hide the next smallest figure of the one that does, or of those around it."""
    first = exact_ranges(board, choice)
    ranges = narrow(board.equations, first)
    given_away = exposed(board, ranges)
    given_away[list(choice.lost)] = False
    if not given_away.any():
        return False
    equations = board.equations
    told = implied(equations, ranges)
    from_it = Ranges(
        np.maximum(told.lower, first.lower[equations.cell]), np.minimum(told.upper, first.upper[equations.cell])
    )
    tight = given_away[equations.cell] & (
        (from_it.lower > first.lower[equations.cell]) | (from_it.upper < first.upper[equations.cell])
    )
    to_blame = np.zeros(equations.count, dtype=bool)
    to_blame[equations.equation[tight]] = True
    # What was hidden for its sake, and is itself worked out elsewhere, is mended there.
    worked_out = first.open & ~ranges.open
    behind = to_blame.copy()
    for _ in range(3):
        members = np.zeros(len(board.row), dtype=bool)
        members[equations.cell[behind[equations.equation]]] = True
        behind |= equations.of(members & worked_out & ~given_away)
    if _hide_next(board, choice, behind & ~to_blame & _has_one(equations, first.open)) or _hide_next(
        board, choice, to_blame
    ):
        return True
    return _hide_around(board, choice, given_away)


def _hide_joint(board: Board, choice: Choice) -> bool:
    """Where only all equations at once tell too much of a cell, hide the next smallest figure around it."""
    given_away = joint(board, choice)
    return bool(given_away.any()) and _hide_around(board, choice, given_away)


def _hide_apart(board: Board, choice: Choice) -> bool:
    """Where rounding alone leaves no doubt of a small difference, drop percentages, then figures."""
    unpublished, restated = apart(board, narrow(unassumed(board), rounded_ranges(board, choice)))
    unpublished[list(choice.lost)] = restated[list(choice.lost)] = False
    if not (unpublished | restated).any():
        return False
    equations = board.equations
    found = equations.of(unpublished)
    rows = board.row[np.concatenate([equations.cell[found[equations.equation]], np.flatnonzero(restated)])]
    rows = rows[rows != NO_ROW]
    with_share = rows[shows_share(board, choice)[rows]]
    if len(with_share):
        choice.without_share[with_share] = True
        return True
    shown = board.row[restated][~choice.hidden[board.row[restated]]]
    if len(shown):
        choice.hidden[shown] = True
        return True
    return _hide_next(board, choice, found) or _hide_around(board, choice, unpublished | restated)


def _hide_around(board: Board, choice: Choice, cells: Flags) -> bool:
    """Hide the next smallest figure of the equations that hold these cells; where none is left to hide, of those one step further, and so on."""
    equations, unknown = board.equations, exact_ranges(board, choice).open
    around = cells.copy()
    while True:
        reached = equations.of(around)
        if _hide_next(board, choice, reached):
            return True
        wider = np.zeros(len(board.row), dtype=bool)
        wider[equations.cell[reached[equations.equation]]] = True
        wider = around | (wider & unknown)
        if (wider == around).all():
            choice.lost.update(np.flatnonzero(cells).tolist())
            return False
        around = wider


def _has_one(equations: Equations, cells: Flags) -> Flags:
    """Equations that hold exactly one of these cells."""
    return np.bincount(equations.equation, cells[equations.cell], equations.count) == 1


def _hide_next(board: Board, choice: Choice, wanted: Flags) -> bool:
    """Hide, of each wanted equation, the figure that comes first: the preferred, else the smallest; never a zero. Whether anything was hidden."""
    equations = board.equations
    row = board.row[equations.cell]
    count = board.count[equations.cell]
    can = wanted[equations.equation] & (row != NO_ROW) & (count > 0)
    can &= board.is_now[row] & ~choice.hidden[row]
    terms = np.flatnonzero(can)
    if not len(terms):
        return False
    order = terms[np.lexsort((row[terms], count[terms], ~board.prefer[terms], equations.equation[terms]))]
    _, first = np.unique(equations.equation[order], return_index=True)
    choice.hidden[row[order[first]]] = True
    return True


def _believed(board: Board) -> Board:
    """Without the assumed equations that the counts as they are contradict: figures were restated."""
    now = board.cell_is_now
    truth = Ranges(np.where(now, board.count, board.earlier.lower), np.where(now, board.count, board.earlier.upper))
    told = implied(board.equations, truth)
    cell = board.equations.cell
    impossible = (told.lower > truth.upper[cell]) | (told.upper < truth.lower[cell])
    dropped = np.zeros(board.equations.count, dtype=bool)
    dropped[board.equations.equation[impossible]] = True
    # A figure that was small and is not, or the other way round, was restated too.
    first, second = board.pairs
    restated = (
        np.isnan(board.count[second])
        & (board.small[first] != board.small[second])
        & (board.earlier.upper[second] < np.inf)
    )
    dropped |= _is_pair(board) & board.equations.of(np.isin(np.arange(len(board.row)), second[restated]))
    kept = ~(dropped & board.assumed)
    kept &= ~contradicted(board.equations, board.assumed & kept, truth)
    terms = kept[board.equations.equation]
    return replace(board, equations=board.equations.only(kept), prefer=board.prefer[terms])


def _all_hidden(board: Board) -> Choice:
    nothing = np.zeros(len(board.is_now), dtype=bool)
    return Choice(nothing, ~nothing, nothing)


def _pairs(board: Board) -> tuple[Indexes, Indexes]:
    """The cells of a figure in two releases, the first of them in this one."""
    equations = board.equations
    paired = _is_pair(board)[equations.equation]
    cells, signs = equations.cell[paired], equations.coefficient[paired]
    equation = equations.equation[paired]
    first, second = (cells[signs == sign][np.argsort(equation[signs == sign], kind="stable")] for sign in (-1, 1))
    return first, second


def _is_pair(board: Board) -> Flags:
    """Assumed equations of two cells, the whole in this release: a figure is what it was."""
    equations = board.equations
    sizes = np.bincount(equations.equation, minlength=equations.count)
    is_whole = (equations.coefficient < 0) & board.cell_is_now[equations.cell]
    wholes = np.bincount(equations.equation, is_whole, equations.count)
    return board.assumed & (sizes == 2) & (wholes == 1)


def _said_earlier(profile: Profile, cells: dict[str, Any]) -> Ranges:
    count, told, marked = cells["count"].astype(float), cells["told"].astype(bool), cells["is_marked"].astype(bool)
    unknown = np.isnan(count) | ~told
    band = _by_share(profile, cells, _band(profile, np.where(unknown, 0.0, count)))
    lower = np.where(unknown, np.where(marked, 1.0, 0.0), band.lower)
    upper = np.where(unknown, np.where(marked, float(profile.hidden_up_to), np.inf), band.upper)
    return Ranges(lower, upper)


def _by_share(profile: Profile, cells: dict[str, Any], band: Ranges) -> Ranges:
    """What a percentage shown beside rounded counts leaves of their bands."""
    share, row, kind = cells["share"].astype(float), cells["row"].astype(np.int64), cells["kind"].astype(np.int64)
    wholes = np.flatnonzero(~np.isnan(share) & (kind == ord("d")))
    parts = np.flatnonzero(~np.isnan(share) & (kind == ord("n")))
    if not profile.rounds or not len(wholes):
        return band
    parts = parts[np.searchsorted(row[parts], row[wholes])]
    least, most = np.full(len(band.lower), np.inf), np.full(len(band.lower), -np.inf)
    half = 0.5 * 10.0 ** -(profile.decimals or 0) + 1e-9
    for up_part in range(profile.rounded_to):
        for up_whole in range(profile.rounded_to):
            part, whole = band.lower[parts] + up_part, band.lower[wholes] + up_whole
            fits = (
                (part <= band.upper[parts])
                & (whole <= band.upper[wholes])
                & (abs(100 * part / whole - share[wholes]) <= half)
            )
            for cell, count in ((parts, part), (wholes, whole)):
                np.minimum.at(least, cell[fits], count[fits])
                np.maximum.at(most, cell[fits], count[fits])
    found = least <= most
    return Ranges(np.where(found, least, band.lower), np.where(found, most, band.upper))


def _band(profile: Profile, count: Numbers) -> Ranges:
    """The counts that are shown as a count is."""
    step = profile.rounded_to
    if step == 1:
        return Ranges(count, count)
    shown = np.floor(count / step + 0.5) * step
    lower = np.maximum(shown - (step - 1) // 2, profile.hidden_up_to + 1)
    return Ranges(np.where(count > 0, lower, 0.0), np.where(count > 0, shown + step // 2, 0.0))


def _arrays(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    fetched = con.execute(query).fetchnumpy()
    return {
        name: np.ma.filled(column.astype(float), np.nan) if name == "share" else np.ma.filled(column)
        for name, column in fetched.items()
    }
