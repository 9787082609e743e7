"""One line that works and one that is refused, for every command; a new command needs its line here.

What is enumerated over all commands, and the pages in `docs/commands/`, are made from these.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.cli.program import NIMBUS, NIMBUS_NEXT, Program, write_picture

HANDED_OFF = (
    "order verify acme-hk-1 --seen-csp 'Alibaba Cloud' --seen-data-plan 1G --seen-location Singapore",
    "handoff acme-hk-1 --attach shot.png --to desk@example.net",
)
LAB = "vpn add acme-hk-1 LAB --prefix 10.40.0.0/16 --max-prefixes 1250 --yes"
NEW = "new beta-1 --profile alibaba-cloud --customer Beta --location Oslo --data-plan 1G"


@dataclass(frozen=True, slots=True)
class Lines:
    """How a command is tried.

    Attributes:
        good: a line that works, without the `sci`; empty where a run of this kind has none.
        document: the document it prints, `sci.<document>/1`.
        bad: a line that is refused, and its exit code.
        home: what the home holds: nothing, `ready` or `placed`.
        before: lines run first, for the good line alone.
        edited: what is changed in the record by hand first, before and after.
        why_none: why there is no good line.
        also: further exit codes that are this command's own.
    """

    good: str
    document: str
    bad: tuple[str, int]
    home: str = "placed"
    before: tuple[str, ...] = ()
    edited: tuple[str, str] = ("", "")
    why_none: str = ""
    also: tuple[int, ...] = ()


LINES: Mapping[str, Lines] = {
    "new": Lines(NEW, "recorded", (NEW.replace("beta-1", "acme-hk-1"), 6)),
    "run": Lines("", "", ("run acme-hk-1", 2), why_none="it asks on a terminal"),
    "status": Lines("status acme-hk-1", "status", ("status nobody", 5)),
    "list": Lines("list", "list", ("list acme-hk-1", 2)),
    "next": Lines("next acme-hk-1", "next", ("next acme-hk-1 --owner nobody", 4)),
    "set": Lines("set acme-hk-1 data-plan=2G", "recorded", ("set acme-hk-1 no-such=1", 4), home="ready"),
    "note": Lines("note acme-hk-1 called", "recorded", ("note nobody called", 5)),
    "history": Lines("history acme-hk-1", "history", ("history acme-hk-1 --limit 0", 4)),
    "undo": Lines(
        "undo acme-hk-1 --reason wrong --yes", "brought-back", ("undo nobody --reason wrong --yes", 5),
        home="ready",
    ),
    "restore": Lines(
        "restore acme-hk-1 --revision 1 --reason wrong --yes", "brought-back",
        ("restore acme-hk-1 --revision 99 --reason wrong --yes", 5), home="ready",
    ),
    "done": Lines("done acme-hk-1 P2", "recorded", ("done acme-hk-1 X99", 5)),
    "skip": Lines(
        "skip acme-hk-1 O4 --reason later --yes", "recorded", ("skip acme-hk-1 X99 --reason a --yes", 5)
    ),
    "reopen": Lines(
        "reopen acme-hk-1 P2 --reason wrong --yes", "recorded", ("reopen acme-hk-1 X99 --reason a --yes", 5),
        before=("done acme-hk-1 P2",),
    ),
    "stage": Lines(
        "stage acme-hk-1 received", "stages", ("stage acme-hk-1 received", 3), before=HANDED_OFF
    ),
    "check": Lines(
        "check acme-hk-1 --for order", "check", ("check acme-hk-1 --for handoff", 3), home="ready", also=(4,)
    ),
    "handoff": Lines(
        HANDED_OFF[1], "handoff", (HANDED_OFF[1], 3), before=HANDED_OFF[:1]
    ),
    "verify": Lines("verify", "verify", ("verify acme-hk-1 --expect-head 0123456789ab", 9)),
    "adopt": Lines(
        "adopt acme-hk-1 --reason renamed --yes", "adopt", ("adopt acme-hk-1 --reason renamed --yes", 4),
        edited=("- 'Singapore'", "- 'Kuala Lumpur'"),
    ),
    "export": Lines("export acme-hk-1 --to acme.zip", "export", ("export nobody --to acme.zip", 5)),
    "import": Lines(
        "import acme.zip --as acme-hk-2", "import", ("import shot.png", 4),
        before=("export acme-hk-1 --to acme.zip",),
    ),
    "explain": Lines("explain O5", "explain", ("explain nothing-such", 5)),
    "help": Lines("help exit-codes", "help", ("help nothing-such", 5)),
    "where": Lines("where", "where", ("where acme-hk-1", 2)),
    "demo": Lines("", "", ("demo", 2), why_none="it is for people"),
    "doctor": Lines("doctor", "doctor", ("doctor acme-hk-1", 2)),
    "get": Lines("get acme-hk-1 order.number", "value", ("get acme-hk-1 order.numbr", 5)),
    "wait": Lines(
        "wait acme-hk-1 --until ordered --timeout 0", "wait",
        ("wait acme-hk-1 --until ordered --timeout 5", 4),
    ),
    "schema": Lines("schema", "schemas", ("schema nothing-such", 5)),
    "order sheet": Lines("order sheet acme-hk-1", "order-sheet", ("order sheet nobody", 5)),
    "order show": Lines("order show acme-hk-1", "order", ("order show nobody", 5)),
    "order place": Lines(
        "order place acme-hk-1 --number VZ-1 --confirm acme-hk-1 --accept-billing", "order",
        ("order place acme-hk-1 --number VZ-1 --confirm acme-hk-2 --accept-billing", 2), home="ready",
    ),
    "order record": Lines(
        "order record acme-hk-1 --number VZ-1 --reason telephone --confirm acme-hk-1", "order",
        ("order record acme-hk-1 --number VZ-1 --confirm acme-hk-1", 2), home="ready",
    ),
    "order verify": Lines(HANDED_OFF[0], "order", (HANDED_OFF[0].replace("Singapore", "Tokyo"), 4)),
    "vpn list": Lines("vpn list acme-hk-1", "vpns", ("vpn list nobody", 5)),
    "vpn plan": Lines(
        LAB.replace("add", "plan").removesuffix(" --yes"), "vpn-plan",
        ("vpn plan acme-hk-1 LAB --prefix 10.20.4.0/22 --max-prefixes 1250", 4),
    ),
    "vpn add": Lines(LAB, "vpn-plan", (LAB.replace("10.40.0.0/16", "10.20.4.0/22"), 4)),
    "vpn update": Lines(
        "vpn update acme-hk-1 CORP --max-prefixes 2500 --yes", "vpn-plan",
        ("vpn update acme-hk-1 NONE --max-prefixes 2500 --yes", 5),
    ),
    "vpn remove": Lines(
        "vpn remove acme-hk-1 LAB --confirm acme-hk-1", "vpn-plan",
        ("vpn remove acme-hk-1 NONE --confirm acme-hk-1", 5), before=(LAB, "vpn confirm acme-hk-1 LAB"),
    ),
    "vpn confirm": Lines(
        "vpn confirm acme-hk-1 LAB", "vpns", ("vpn confirm acme-hk-1 NONE", 5), before=(LAB,)
    ),
    "vpn check": Lines("vpn check corp.txt lab.txt", "vpn-check", ("vpn check corp.txt office.txt", 4)),
    "port show": Lines("port show acme-hk-1", "port", ("port show nobody", 5)),
    "port shutdown": Lines(
        "port shutdown acme-hk-1 --reason test --confirm acme-hk-1", "port",
        ("port shutdown acme-hk-1 --confirm acme-hk-1", 2),
    ),
    "port no-shutdown": Lines(
        "port no-shutdown acme-hk-1 --reason test --confirm acme-hk-1", "port",
        ("port no-shutdown acme-hk-1 --reason test --confirm acme-hk-1", 4),
        before=("port seen acme-hk-1 shutdown",),
    ),
    "port confirm": Lines(
        "port confirm acme-hk-1", "port", ("port confirm nobody", 5),
        before=("port shutdown acme-hk-1 --reason test --confirm acme-hk-1",),
    ),
    "port seen": Lines("port seen acme-hk-1 no-shutdown", "port", ("port seen acme-hk-1 maybe", 4)),
    "plan": Lines("plan -f request.yaml", "plan", ("plan -f broken.yaml", 4)),
    "apply": Lines("apply -f request.yaml --yes", "apply", ("apply -f broken.yaml --yes", 4)),
    "profile list": Lines("profile list", "profiles", ("profile list more", 2)),
    "profile show": Lines("profile show alibaba-cloud", "profile", ("profile show nothing-such", 5)),
    "profile check": Lines("profile check nimbus.yaml", "profile-check", ("profile check broken.yaml", 4)),
    "profile trust": Lines(
        "profile trust nimbus.yaml --yes", "message", ("profile trust nothing-such --yes", 5)
    ),
    "profile rebase": Lines(
        "profile rebase acme-hk-1 --apply --yes", "rebase", ("profile rebase acme-hk-1", 2)
    ),
    "store init": Lines("", "store-setup", ("store init", 2), why_none="it needs a server"),
    "store status": Lines("store status", "store", ("store status --store nowhere", 2)),
    "store push": Lines("", "store-move", ("store push acme-hk-1", 2), why_none="it needs a server"),
    "store pull": Lines("", "store-move", ("store pull acme-hk-1", 2), why_none="it needs a server"),
}  # fmt: skip


def place(folder: Path) -> None:
    """The files the lines speak of."""
    write_picture(folder)
    shutil.copy(NIMBUS, folder / "nimbus.yaml")
    shutil.copy(NIMBUS_NEXT, folder / "nimbus-next.yaml")
    (folder / "request.yaml").write_text(
        "name: acme-tk-1\nprofile: alibaba-cloud\ncustomer: Acme Ltd\nlocation: Tokyo\ndata-plan: 1G\n",
        encoding="utf-8",
    )
    (folder / "broken.yaml").write_text("format: 1\nstepz: []\n", encoding="utf-8")
    for name, text in (("corp", "10.20.0.0/16"), ("lab", "10.40.0.0/16"), ("office", "10.20.4.0/22")):
        (folder / f"{name}.txt").write_text(text + "\n", encoding="utf-8")


def set_up(sci: Program, lines: Lines, *, before: bool = True) -> None:
    """The home as the line needs it; the current folder has the files.

    Args:
        before: whether the lines in front are run as well.
    """
    shutil.rmtree(sci.home, ignore_errors=True)
    Path("acme.zip").unlink(missing_ok=True)
    if lines.home == "ready":
        sci.ready()
    else:
        sci.placed()
    for line in lines.before if before else ():
        result = sci(*shlex.split(line))
        assert result.exit == 0, (line, result)
    if before and lines.edited[0]:
        record = sci.home / "activations" / "acme-hk-1.yaml"
        text = record.read_text("utf-8")
        assert lines.edited[0] in text
        record.write_text(text.replace(*lines.edited, 1), encoding="utf-8")
