"""The golden path of a repository, as its configuration names it: read by itself, so that a run without one costs
nothing, and what rules ask of files stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ssot_audit.errors import ConfigError
from ssot_audit.links import GoldenPath
from ssot_audit.model import Kind
from ssot_audit.program.modules import Modules
from ssot_audit.program.reach import broken, entry_points, unparsed, ways
from ssot_audit.program.resolve import Resolver
from ssot_audit.repository import Options, Repository, package_around
from ssot_audit.source.entry import Question
from ssot_audit.source.library import Library
from ssot_audit.source.scripts import script_lines


def golden_path(repository: Repository, known: Resolver, options: Options) -> GoldenPath:
    """What runs once the configured entry points do. `known` is told by rules which top-level packages are of the
    repository. Raises ConfigError for an entry point that is not in the tree."""
    config = repository.config.golden_path
    library = Library(repository.root, repository.found, options.jobs, options.watch)
    modules = Modules(library, repository.config.roots, package_around(repository.root))
    library.question = Question(modules.top_level())  # strings that import are found by how they begin
    entries, absent = entry_points(config.entry_points, modules)
    if absent:
        source = repository.config.source
        raise ConfigError(
            tuple(f"{source}: the golden path's entry point {one!r} is not in the tree" for one in absent)
        )

    def read(paths: Sequence[str]) -> None:
        library.deepen(paths)
        library.settle()

    @cache
    def idle(path: str) -> frozenset[int]:
        return script_lines(f"{repository.root}/{path}")

    resolver = Resolver(modules, known.ours, known.theirs)
    found = ways(entries, resolver, idle, read)
    reached = found.ever if config.deferred else found.at_import
    return GoldenPath(
        entries=tuple(name for name, _ in entries),
        deferred=config.deferred,
        at_import=len(found.at_import),
        with_deferred=len(found.ever),
        reached=reached,
        unparsed=tuple(unparsed(reached, modules)),
        tests=tuple(path for path in reached if repository.kinds[path] is Kind.TESTS),
        broken=tuple(broken(found, resolver, config.deferred, idle, config.generated)),
    )
