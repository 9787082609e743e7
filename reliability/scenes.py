"""Commands that change something, each with the home it begins with and the records before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reliability.world import CHANGE, NAME, NEW, STORE, UNKNOWN, Ran, World, tree
from sci_cli.cli.demo import sample_picture
from sci_cli.domain.findings import Severity
from sci_cli.store.files import FileStore

READY = (
    "set", NAME, "private-ip.active=1", "csp.account-id=0123456789012345", "csp.account-status=active",
    "cloud-type=vpc", "security-products=none",
)  # fmt: skip
PLACE = ("order", "place", NAME, "--number", "VZ-1", "--confirm", NAME, "--accept-billing")
VERIFY = (
    "order", "verify", NAME, "--seen-csp", "Alibaba Cloud", "--seen-data-plan", "1 TB",
    "--seen-location", "Hong Kong",
)  # fmt: skip
HANDOFF = ("handoff", NAME, "--attach", "shot.png", "--to", "activation@example.net")
ADD = ("vpn", "add", NAME, "LAB", "--prefix", "10.40.0.0/16", "--max-prefixes", "1250", "--yes")
REASON = ("--reason", "tried out", "--yes")
_OTHERS = ("acme-sg-1", "acme-tk-1")


@dataclass(frozen=True, slots=True)
class Scene:
    """A command and what it does where nothing interferes.

    Attributes:
        name: of the command.
        world: as it is before.
        words: the command line.
        old: the records before, by name; nothing for one that is not there yet.
        new: the records afterwards.
        drafts: the drafts afterwards, by file name.
        broken: the record before is one that fails its check.
    """

    name: str
    world: World
    words: tuple[str, ...]
    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    drafts: Mapping[str, bytes]
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Scenes:
    """Commands by name, made once."""

    all: tuple[Scene, ...]

    def named(self, *names: str) -> list[Scene]:
        """Those of these names."""
        return [each for each in self.all if each.name in names]

    @classmethod
    def of(cls, world: World) -> Scenes:
        """Every command that changes something, on a home that is ready for it."""
        honest = replace(world, sabotage="")
        ready = _after(honest, "ready", READY)
        placed = _after(ready, "placed", PLACE)
        verified = _after(placed, "verified", VERIFY)
        handed = _after(verified, "handed", HANDOFF)
        edited = _after(honest, "edited", CHANGE)
        text = edited.record.read_bytes()
        edited.record.write_bytes(text.replace(b"by the night shift", b"by the day shift", 1))
        if edited.record.read_bytes() == text:
            raise RuntimeError("the record could not be edited")
        noted = _after(honest, "before-undo", CHANGE)
        damaged = _after(noted, "before-mend", ("note", NAME, "once more"))
        damaged.record.write_bytes(damaged.record.read_bytes()[:-1])
        return cls(
            (
                _scene("note", honest, CHANGE),
                _scene("new", honest, ("new", "acme-hk-2", *NEW), "acme-hk-2"),
                _scene("set", honest, READY),
                _scene("done", honest, ("done", NAME, "P2", "--evidence", "shot.png")),
                _scene("order place", ready, PLACE),
                _scene("vpn add", placed, ADD),
                _scene("handoff", verified, HANDOFF),
                replace(
                    _scene("adopt", edited, ("adopt", NAME, "--reason", "typed in", "--yes")), broken=True
                ),
                _import(handed),
                _scene("undo", noted, ("undo", NAME, "--yes")),
                _scene("restore", noted, ("restore", NAME, "--revision", "1", *REASON)),
                replace(_scene("mend", damaged, ("restore", NAME, *REASON)), broken=True),
            )
        )


def _after(world: World, name: str, words: Sequence[str]) -> World:
    there = world.copied(name)
    (there.root / "shot.png").write_bytes(sample_picture())
    there.must(*words)
    return there


def _import(handed: World) -> Scene:
    """Three activations with evidence and a draft in one package, and a home that has another one."""
    source = handed.copied("packed")
    for name in _OTHERS:
        source.must("new", name, *NEW)
    package = source.root / "all.zip"
    source.must("export", "--all", "--to", str(package))
    target = handed.copied("target")
    for path in [*target.home.rglob("*")]:
        if path.is_file():
            path.unlink()
    target.must("new", "globex-hk-1", *NEW)
    (target.root / "all.zip").write_bytes(package.read_bytes())
    return _scene("import", target, ("import", "all.zip", "-o", "json"), NAME, *_OTHERS)


def _scene(name: str, world: World, words: tuple[str, ...], *records: str) -> Scene:
    # A copy of a name of its own: the worlds here are begun with and never changed again.
    if not (world.root / "shot.png").exists():
        (world.root / "shot.png").write_bytes(sample_picture())
    named = records or (NAME,)
    other = world.copied(f"undisturbed-{name.replace(' ', '-')}")
    ran = other.must(*words)
    if not acknowledged(ran):
        raise RuntimeError(f"{name} does not say that it is saved: {ran}")
    old, new = held(world, named), held(other, named)
    return Scene(name, world, words, old, new, drafts_in(other))


def held(world: World, names: Sequence[str]) -> dict[str, bytes]:
    """The bytes of these records; nothing where there is none."""
    paths = {name: world.home / "activations" / f"{name}.yaml" for name in names}
    return {name: path.read_bytes() if path.exists() else b"" for name, path in paths.items()}


def drafts_in(world: World) -> dict[str, bytes]:
    """The drafts in the home, by file name."""
    return {path.name: path.read_bytes() for path in (world.home / "out").glob("*.eml")}


def acknowledged(ran: Ran) -> bool:
    """Whether everything the command is about was said to be saved."""
    rows = _rows(ran)
    if rows:
        return all(state == "taken" for state in rows.values())
    return ran.acknowledged


def _rows(ran: Ran) -> dict[str, str]:
    """What `import` says of each activation."""
    if not ran.document:
        return {}
    rows = (ran.document.get("data") or {}).get("activations") or ()
    return {str(row["name"]): str(row["state"]) for row in rows}


def judged(scene: Scene, there: World, ran: Ran, *, leftovers: bool = True) -> str | None:
    """What is wrong after a disturbed run: records, backups, drafts, what was said, or the next command.

    Args:
        scene: the command.
        there: the copy of its world in which it ran.
        ran: how it ended.
        leftovers: whether temporary files count as well; a process that is killed cannot remove them.
    """
    now = held(there, tuple(scene.old))
    changed = {name: data != scene.old[name] for name, data in now.items()}
    torn = [name for name, data in now.items() if data not in (scene.old[name], scene.new[name])]
    if torn:
        return f"{torn[0]} is neither old nor new ({ran})"
    return (
        _said_wrong(scene, ran, changed)
        or _beside(scene, there, changed)
        or (_left(there) if leftovers else None)
        or _next(scene, there, changed)
    )


def _said_wrong(scene: Scene, ran: Ran, changed: Mapping[str, bool]) -> str | None:
    if ran.code == 1 or "Traceback" in ran.err:
        return f"an internal error ({ran})"
    if acknowledged(ran) and not all(changed.values()):
        return f"acknowledged and not there ({ran})"
    for name, state in _rows(ran).items():
        if state in ("taken", "left") and changed[name] != (state == "taken") and ran.code != UNKNOWN:
            return f"{name} is said to be {state}, which it is not ({ran})"
    if _rows(ran):
        return None
    unsaid = ran.code > 0 and ran.code != UNKNOWN and not ran.acknowledged and ran.code < 128
    if any(changed.values()) and (unsaid or ran.code == STORE or "nothing was changed" in ran.err.lower()):
        return f"said to be unchanged, and is changed ({ran})"
    if ran.code == 0 and not all(changed.values()):
        return f"exit 0 and nothing saved ({ran})"
    return None


def _beside(scene: Scene, there: World, changed: Mapping[str, bool]) -> str | None:
    """Backups and drafts, and what `verify` would find."""
    kept = [path.read_bytes() for path in (there.home / "backups").glob("*.yaml")]
    for name, is_changed in changed.items():
        if is_changed and scene.old[name] and not scene.broken and scene.old[name] not in kept:
            return f"no backup of {name} as it was"
    for name, data in drafts_in(there).items():
        if scene.drafts.get(name) != data:
            return f"the draft {name} is not complete"
    if scene.broken and not all(changed.values()):
        return None
    blockers = [
        each.message
        for each in FileStore(there.home).inspect(()).findings
        if each.severity is Severity.BLOCKER
    ]
    return f"verify finds: {blockers[0]}" if blockers else None


def _left(there: World) -> str | None:
    left = [path for path in tree(there.home) if ".tmp" in path]
    return f"left behind: {left[0]}" if left else None


def _next(scene: Scene, there: World, changed: Mapping[str, bool]) -> str | None:
    """The next command works without repair: the same where it was not done, otherwise another one."""
    if all(changed.values()):
        first = next(iter(changed))
        after = there.run("note", first, "the next command")
        return None if after.acknowledged else f"the next command fails ({after})"
    again = there.run(*scene.words)
    if again.code:
        return f"the same command again fails ({again})"
    now = held(there, tuple(scene.old))
    # A draft that a killed run left keeps its name, so that the next one gets another.
    same = scene.name == "handoff" and now != dict(scene.old)
    return None if same or now == dict(scene.new) else "the same command again gives another record"
