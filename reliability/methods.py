"""All methods by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from reliability import crowds, damage, disks, histories, holders, sweeps, traces, trials
from reliability.attempts import Attempts, NoticedError, NotPossibleError
from reliability.scenes import Scenes
from reliability.shared import Servers
from reliability.world import World

Method = Callable[[World], Attempts]


class Methods:
    """What is tried, by name, on one world.

    Args:
        world: where.
        servers: for the methods of the shared store.
    """

    def __init__(self, world: World, servers: Servers) -> None:
        scenes = Scenes.of(world)
        note = Scenes(tuple(scenes.named("note")))
        self.by_name: Mapping[str, Method] = {
            "kills": lambda given: sweeps.kills(given, scenes),
            "kills-of-note": lambda given: sweeps.kills(given, note),
            "signals": lambda given: sweeps.signals(given, scenes),
            "errors": lambda given: sweeps.errors(given, scenes),
            "errors-of-note": lambda given: sweeps.errors(given, note),
            "later": crowds.killed_later,
            "order": lambda given: traces.ordered(given, scenes),
            "power": lambda given: disks.power_cuts(given, given.of(3, 10)),
            "crashes": lambda given: given.apart(
                given.attempts("P7", "disk states after a power cut: new, change, import, receive"), "crashes"
            ),
            "full": lambda given: disks.full_disks(given, scenes),
            "backups": trials.backups,
            "writers": crowds.writers,
            "rules": crowds.rules,
            "stale": crowds.stale,
            "readers": crowds.readers,
            "holders": holders.holders,
            "histories": histories.histories,
            "damage": damage.flips,
            "mutants": lambda given: damage.mutants(given, scenes),
            "operation": crowds.same_operation,
            "trials": lambda given: trials.dry_runs(given, scenes),
            "quiet": lambda given: traces.quiet(given, scenes),
            "modes": lambda given: traces.modes(given, scenes),
            "billing": lambda given: given.apart(
                given.attempts("P43", "steps of random runs of every command beside a second set of rules"),
                "billing",
                str(given.of(3, 40)),
            ),
            "server-statements": servers.statements,
            "server-commits": servers.commits,
            "server-rights": servers.rights,
            "server-gone": servers.gone,
            **{f"server-{name}": partial(_on_server, method, servers) for name, method in _SHARED.items()},
        }


_SHARED: Mapping[str, Method] = {
    "writers": crowds.writers,
    "rules": crowds.rules,
    "stale": crowds.stale,
    "operation": crowds.same_operation,
    "histories": histories.histories,
}
NAMES = (
    "kills", "signals", "errors", "later", "order", "power", "crashes", "full", "backups", "writers", "rules",
    "stale", "readers", "holders", "histories", "damage", "mutants", "operation", "trials", "quiet", "modes",
    "billing", "server-statements", "server-commits", "server-rights", "server-gone", "server-writers",
    "server-rules", "server-stale", "server-operation", "server-histories",
)  # fmt: skip


def _on_server(method: Method, servers: Servers, world: World) -> Attempts:
    found = method(servers.world(world))
    found.method = f"shared store: {found.method}"
    return found


def tried(name: str, methods: Methods, world: World) -> Attempts:
    """What a method brought, or why it cannot be done here."""
    given = replace(world, begun=[])
    try:
        return methods.by_name[name](given)
    except NotPossibleError as error:
        found = given.begun[-1] if given.begun else Attempts("", name)
        found.skipped = str(error)
        return found
    except NoticedError:
        return given.begun[-1]
