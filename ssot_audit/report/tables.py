"""The answers of `paths` and `rules` as people read them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from ssot_audit.report.style import Style, inert, plural, visible

if TYPE_CHECKING:
    from ssot_audit.model import ImportPath
    from ssot_audit.rules import AnyRule, Pack

    PackRule = tuple[Pack, AnyRule]

UNBOUNDED = 10_000  # columns


def draw(parts: Sequence[RenderableType], style: Style) -> str:
    """The parts as text, without trailing blanks."""
    out = io.StringIO()
    for part in parts:
        # A path that is cut or folded cannot be copied: tables take the width they need.
        _console(out, style, UNBOUNDED if isinstance(part, Table) else style.width).print(part)
    return inert("".join(line.rstrip() + "\n" for line in out.getvalue().split("\n")[:-1]))


def _console(out: io.StringIO, style: Style, width: int) -> Console:
    return Console(
        file=out,
        force_terminal=style.color,
        no_color=not style.color,
        color_system="standard" if style.color else None,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )


def plain_table(*columns: tuple[str, str]) -> Table:
    """A table without lines; each column has a heading and is `left` or `right`."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for number, (name, align) in enumerate(columns):
        table.add_column(
            name, justify="right" if align == "right" else "left", no_wrap=number < len(columns) - 1, overflow="fold"
        )
    return table


def rows_table(columns: Sequence[str], rows: Sequence[Sequence[str | int]], title: str) -> Table:
    """Figures in rows; whole numbers stand right."""
    numeric = [bool(rows) and all(isinstance(row[at], int) for row in rows) for at in range(len(columns))]
    table = plain_table(*((name, "right" if right else "left") for name, right in zip(columns, numeric, strict=True)))
    table.title, table.title_justify, table.title_style = title, "left", "bold"
    for row in rows:
        table.add_row(*(Text(f"{one:,}" if isinstance(one, int) else visible(one)) for one in row))
    return table


def unbroken(lines: Sequence[str]) -> Table:
    """Lines that are not wrapped, however long."""
    table = Table.grid()
    table.add_column(no_wrap=True)
    for line in lines:
        table.add_row(Text(line))
    return table


def paths_table(name: str, found: Sequence[ImportPath], style: Style) -> str:
    table = plain_table(
        ("names", "right"), ("files", "right"), ("other uses", "right"), ("class", "left"), ("import path", "left")
    )
    for one in found:
        leads = f"{one.origin.path or 'namespace'}:{one.origin.line}  {one.origin.name}" if one.origin else one.reason
        others = one.strings + one.attributes + one.in_unvalidated_files
        figures = (f"{one.names:,}", f"{one.files:,}", f"{others:,}" if others else "")
        path = Text.assemble((visible(one.path), "bold"), "\n", (f"  -> {visible(leads)}", "dim"))
        table.add_row(*(Text(figure) for figure in figures), Text(one.klass or ""), path)
    origins = {one.origin for one in found if one.origin}
    names = sum(one.names for one in found)
    total = (
        f"{name}: {plural(len(found), 'import path')}, {plural(names, 'imported name')}, "
        f"{plural(len(origins), 'origin')}, {plural(sum(1 for one in found if not one.origin), 'path')} without one"
    )
    return draw([table, Text(), Text(total)], style) if found else ""


def proposals_table(found: Sequence[tuple[str, str, int]], style: Style) -> str:
    table = plain_table(("files to change", "right"), ("found", "left"), ("canonical path proposed", "left"))
    for subject, what, spread in found:
        table.add_row(Text(f"{spread:,}"), Text(visible(what)), Text(visible(subject)))
    return draw([table], style)


def rules_table(used: Sequence[PackRule], rest: Sequence[PackRule], style: Style) -> str:
    """The rules a check here loads, and the others that come with the program or are left out, apart."""
    head = _rules(used) if used else Text("a check here loads no rule")
    apart: list[RenderableType] = (
        [Text(), Text("not loaded here; --pack NAME loads a pack:"), _rules(rest)] if rest else []
    )
    return draw([head, *apart], style)


def _rules(chosen: Sequence[PackRule]) -> Table:
    table = plain_table(("rule", "left"), ("pack", "left"), ("kind", "left"), ("severity", "left"), ("governs", "left"))
    for pack, rule in chosen:
        table.add_row(
            *(Text(visible(one)) for one in (rule.id, pack.name, rule.kind, rule.severity.value, rule.spec.subject))
        )
    return table


def explanation(pack: Pack, rule: AnyRule) -> str:
    """Everything a rule says, with its examples."""
    lines = [f"{rule.id}: {rule.title}", "", *rule.why.strip().splitlines(), ""]
    for key, value in rule.spec._asdict().items():
        values = value if isinstance(value, tuple) and not hasattr(value, "_asdict") else (value,)
        lines += [f"{key.replace('_', '-'):<11} {one}" for one in values if one not in ("", False, None)]
    lines += [f"severity    {rule.severity}", f"from        {rule.source}"]
    if pack.package:
        lines.append(f"applies     by itself where the top-level package {pack.package} is in the tree")
    for example in rule.examples:
        lines += ["", f"{'good' if example.good else 'bad'} ({example.expected}):"]
        for path, text in example.files:
            lines += [f"    # {path}"] if len(example.files) > 1 else []
            lines += [f"    {line}" for line in text.strip().splitlines()]
    return inert("".join(f"{visible(line).rstrip()}\n" for line in lines))
