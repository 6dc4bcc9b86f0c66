"""What was measured, as rows: their figures, and the page that shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from measure import Command, Failed, interleaved, wall_time

_ENOUGH = 10  # seconds of one peer after which it is not run again


@dataclass(frozen=True, slots=True)
class Row:
    """One run of the program held against one of something else; either may have no number, with the reason."""

    run: str
    input: str
    against: str
    unit: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    commands: tuple[str, ...]
    reason: str = ""
    failed: bool = False  # the program itself did

    @property
    def ratios(self) -> list[float]:
        """Ours to theirs: of each round, or of our median where the two did not run in the same rounds."""
        if len(self.ours) == len(self.theirs):
            return [one / other for one, other in zip(self.ours, self.theirs, strict=True)]
        return [median(self.ours) / other for other in self.theirs] if self.ours else []

    def as_json(self) -> dict[str, Any]:
        ratios = self.ratios
        return {
            "run": self.run,
            "input": self.input,
            "against": self.against,
            "unit": self.unit,
            "ours": [round(one, 4) for one in self.ours],
            "theirs": [round(one, 4) for one in self.theirs],
            "ours_median": _rounded(self.ours),
            "theirs_median": _rounded(self.theirs),
            "ratio_of_medians": round(median(self.ours) / median(self.theirs), 4) if ratios else None,
            "median_of_ratios": _rounded(ratios),
            "ratios": [round(one, 4) for one in ratios],
            "commands": list(self.commands),
            "not_measured": self.reason or None,
        }


@dataclass(frozen=True, slots=True)
class Session:
    """How rows are taken: the number of rounds, and what shortens a path in a command that is shown."""

    count: int
    short: Mapping[str, str]
    say: Callable[[str], None]

    def row(
        self,
        run: str,
        name: str,
        against: str,
        ours: Command,
        theirs: Command | str,
        take: Callable[[Command], float],
        unit: str = "s",
    ) -> Row:
        """A row of two commands in interleaved rounds; in place of the second a reason why there is none."""
        commands = (ours,) if isinstance(theirs, str) else (ours, theirs)
        shown = tuple(self.shorten(one.shown()) for one in commands)
        try:
            taken = interleaved(commands, self.count, take)
        except Failed as error:
            reason = self.shorten(str(error))
            if error.command is not ours:
                return self.row(run, name, against, ours, reason, take, unit)
            return self.told(Row(run, name, against, unit, (), (), shown, reason, failed=True))
        numbers = [*map(tuple, taken), ()]
        reason = theirs if isinstance(theirs, str) else ""
        return self.told(Row(run, name, against, unit, numbers[0], numbers[1], shown, reason))

    def peer(self, cold: Row, against: str, theirs: Command | str, cap: float) -> Row:
        """A row of our cold runs, already taken, and a program that may be slow: run once, or thrice if it is quick."""
        if isinstance(theirs, str):
            reason = self.shorten(theirs)
            return self.told(replace(cold, against=against, theirs=(), commands=cold.commands[:1], reason=reason))
        taken: list[float] = []
        reason = cold.reason if cold.failed else ""
        try:
            while len(taken) < 3 and sum(taken) < _ENOUGH:
                taken.append(wall_time(theirs, cap))
        except Failed as error:
            reason = self.shorten(str(error))
        commands = (*cold.commands[:1], self.shorten(theirs.shown()))
        return self.told(replace(cold, against=against, theirs=tuple(taken), commands=commands, reason=reason))

    def told(self, row: Row) -> Row:
        self.say(_line(row.as_json()))
        return row

    def shorten(self, text: str) -> str:
        for long in sorted(self.short, key=len, reverse=True):
            text = text.replace(long, self.short[long])
        return text


def page(result: Mapping[str, Any]) -> str:
    """The result as Markdown: what was measured with what, a table of all rows, and what could not be measured."""
    rows, machine = result["rows"], result["machine"]
    missing = [row for row in rows if row["not_measured"]]
    return "\n".join(
        (
            f"# Speed, {result['date']}",
            "",
            f"`{result['command']}`, {machine['system']}, {machine['cpus']} x {machine['cpu']}, load "
            f"{machine['load']} at the start. {_counts(result['versions'])}.",
            "",
            f"Rounds: {result['rounds']}, after one that is not counted. Figures are medians, and the ratio is ours to "
            "theirs, of the medians, with the smallest and the largest of a round. Files were in the page cache.",
            "",
            *(_described(name, one) for name, one in result["inputs"].items()),
            "",
            "| run | input | against | ours median | theirs median | ratio | min..max |",
            "|---|---|---|---:|---:|---:|---:|",
            *map(_line, rows),
            "",
            *(f"- {row['run']}, {row['input']}, {row['against']}: {row['not_measured']}" for row in missing),
            *(("", *_scaling(result["scaling"])) if result.get("scaling") else ()),
            "",
        )
    )


def _described(name: str, one: Mapping[str, Any]) -> str:
    files = ", ".join(f"{number:,} for {who}" for who, number in one["files"].items() if isinstance(number, int))
    return (
        f"- **{name}**: {one['about']}. Python files: {files}; {one['megabytes']} MB. {len(one['rules'])} rules, "
        f"{one['governed']:,} governed references ({_counts(one['classes'])}). Of the rules' older paths "
        f"{len(one['banned'])} are banned in the peers and {one['patterns_left_out']}, being patterns, are not. "
        f"Readers: {' '.join(one['readers'].split()) or 'nothing told'}"
    )


def _line(row: Mapping[str, Any]) -> str:
    ratios = row["ratios"]
    cells = (
        row["run"],
        row["input"],
        row["against"],
        _figure(row["ours_median"], row["unit"]),
        _figure(row["theirs_median"], row["unit"]),
        f"{row['ratio_of_medians']:.2f}" if ratios else "-",
        f"{min(ratios):.2f}..{max(ratios):.2f}" if ratios else "-",
    )
    return f"| {' | '.join(cells)} |"


def _scaling(scaling: Mapping[str, Any]) -> list[str]:
    lines = ["| files | MB | ours s | ruff s | ratio |", "|---:|---:|---:|---:|---:|"]
    for one in scaling["sizes"]:
        theirs, ratio = (one["ruff"], one["ours"] / one["ruff"]) if one["ruff"] else (None, None)
        cells = (f"{one['files']:,}", str(one["megabytes"]), _figure(one["ours"], ""), _figure(theirs, ""))
        lines.append(f"| {' | '.join(cells)} | {_figure(ratio, '')} |")
    if scaling["to_ten_times_10k"] is not None:
        lines += ["", f"100,000 files take {scaling['to_ten_times_10k']:.2f} times what ten times 10,000 files take."]
    return lines


def _figure(number: float | None, unit: str) -> str:
    return "-" if number is None else f"{number:.{0 if number >= 100 else 3 if number < 10 else 1}f} {unit}".rstrip()


def _rounded(numbers: Sequence[float]) -> float | None:
    return round(median(numbers), 4) if numbers else None


def _counts(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in counts.items())
