"""The program with one safeguard taken out: the suite must notice, or it proves nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sabotage:
    """One safeguard less.

    Attributes:
        what: what is taken out.
        method: the method that has to fail then.
        code: Python that takes it out, before the program runs.
    """

    what: str
    method: str
    code: str


_DISK = "from sci_cli.store.disk import Disk\n"
# What would follow from a decision taken on what was on the screen, in every store.
_EARLY = """\
import time
from dataclasses import replace
from sci_cli.store.files import FileStore
from sci_cli.store.postgres import PostgresStore
def decided_early(plain):
    def change(store, name, decide, *, if_revision=None):
        seen = store.load(name).activation
        wanted = decide(seen)
        time.sleep(1.5)
        def late(before):
            if wanted is seen:
                return before
            event = replace(wanted.history[-1], sequence=before.revision + 1)
            return replace(wanted, revision=before.revision + 1, history=(*before.history, event))
        return plain(store, name, late, if_revision=if_revision)
    return change
for kind in (FileStore, PostgresStore):
    kind.change = decided_early(kind.change)
"""
_IN_PLACE = """\
import os
def in_place(disk, folder, name, new):
    source = os.open(name, os.O_RDONLY, dir_fd=folder.descriptor)
    target = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600, dir_fd=folder.descriptor)
    while part := os.read(source, 512):
        os.write(target, part)
    os.close(source), os.close(target)
    os.unlink(name, dir_fd=folder.descriptor)
Disk.rename = in_place
"""
_SQL_WITHOUT_COMPARING = """\
from sci_cli.store import postgres
postgres.LOCK = postgres.LOCK.removesuffix(" FOR UPDATE")
postgres.MOVE_ON = postgres.MOVE_ON.replace(" AND revision = %s AND head = %s", " AND (%s, %s) IS NOT NULL")
postgres.ADD_EVENTS += " ON CONFLICT DO NOTHING"
"""

SABOTAGES = (
    Sabotage("files are not flushed", "power", _DISK + "Disk.sync = lambda disk, descriptor: None"),
    Sabotage("folders are not flushed", "power", _DISK + "Disk.sync_folder = lambda disk, folder: None"),
    Sabotage("folders are not flushed", "order", _DISK + "Disk.sync_folder = lambda disk, folder: None"),
    Sabotage(
        "the simulated disk does not flush files",
        "crashes",
        "from tests.store.disks import RecordingDisk\n"
        "RecordingDisk.__init__.__kwdefaults__['flush_files'] = False",
    ),
    Sabotage(
        "the simulated disk does not flush folders",
        "crashes",
        "from tests.store.disks import RecordingDisk\n"
        "RecordingDisk.__init__.__kwdefaults__['flush_folders'] = False",
    ),
    Sabotage("the lock is always free", "writers", _DISK + "Disk.lock = lambda disk, descriptor: True"),
    Sabotage("the lock is always free", "holders", _DISK + "Disk.lock = lambda disk, descriptor: True"),
    Sabotage("the record is written in place, not renamed", "kills-of-note", _DISK + _IN_PLACE),
    Sabotage("the record is written in place, not renamed", "readers", _DISK + _IN_PLACE),
    Sabotage(
        "what the disk refuses is called done",
        "errors-of-note",
        "from sci_cli.errors import ExitCode, StoreUnavailable; StoreUnavailable.exit_code = ExitCode.OK",
    ),
    Sabotage(
        "no backup is made",
        "backups",
        "from sci_cli.store import backups; backups.keep = lambda *given: lambda: None",
    ),
    Sabotage(
        "the checksum is not compared",
        "damage",
        "from sci_cli.store import document; document.checksum_holds = lambda data: True",
    ),
    Sabotage(
        "verify does not look at drafts",
        "mutants",
        "from sci_cli.store import inspection; inspection.Inspection._drafts = lambda looking: None",
    ),
    Sabotage(
        "an op-id is not looked for",
        "operation",
        "from sci_cli.operations import workspace; workspace.refuse_again = lambda *given: None",
    ),
    Sabotage(
        "the revision that was seen is not compared",
        "stale",
        "from sci_cli.store import files; files.check_revision = lambda *given: None",
    ),
    Sabotage("rules are looked at before the lock is held", "rules", _EARLY),
    Sabotage(
        "a trial is made for real",
        "trials",
        """\
from dataclasses import replace
from sci_cli.operations.workspace import Workspace
plain = Workspace.change
Workspace.change = lambda ws, name, command, decide, mode: plain(
    ws, name, command, decide, replace(mode, dry_run=False))""",
    ),
    Sabotage(
        "a log is written beside the home",
        "quiet",
        "import os; open(os.environ['HOME'] + '/sci.log', 'w').close()",
    ),
    Sabotage(
        "the program asks whether there is a newer version",
        "quiet",
        "import socket; socket.socket().close()",
    ),
    Sabotage(
        "two heads are told of one revision",
        "histories",
        """\
import os
from sci_cli.operations import outcome
plain = outcome.Outcome.__init__
def told(made, *given, **named):
    plain(made, *given, **named)
    if made.head:
        object.__setattr__(made, "head", os.urandom(32).hex())
outcome.Outcome.__init__ = told""",
    ),
    Sabotage("a decision is not taken again, nor the row compared", "server-writers", _SQL_WITHOUT_COMPARING),
    Sabotage("rules are looked at before the row is locked", "server-rules", _EARLY),
    Sabotage(
        "a lost answer to COMMIT is taken for a failure",
        "server-commits",
        "from sci_cli.store.server_session import Server; Server._found = lambda server, operation: False",
    ),
    Sabotage(
        "each statement counts by itself",
        "server-statements",
        """\
from sci_cli.store.server_session import Server
plain = Server.say
class Said:
    statusmessage = "COMMIT"
def say(server, statement, values=(), *, seconds=10.0):
    if statement in ("BEGIN", "COMMIT", "ROLLBACK"):
        return Said()
    return plain(server, statement.replace(", true)", ", false)"), values, seconds=seconds)
Server.say = say""",
    ),
    Sabotage(
        "without the server, files of this machine are used",
        "server-gone",
        """\
from sci_cli.store import postgres
from sci_cli.store.files import FileStore
class Elsewhere(FileStore):
    place, team = "here", ""
    def __init__(self, address, home):
        super().__init__(home)
    def close(self):
        pass
postgres.PostgresStore = Elsewhere""",
    ),
)
"""Each has to be noticed by the method it names."""
