"""`sci demo`: the real commands on an invented customer, in a temporary home."""

import io
import shlex
import struct
import tempfile
import zlib
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sci_cli.cli.emit import write
from sci_cli.cli.session import Session, Settings
from sci_cli.domain.profile import FieldRule
from sci_cli.errors import OutputExists, WrongUsage, sci
from sci_cli.ui.look import command_text

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAME = "acme-hk-1"
PICTURE = "screenprint.png"

# Remark, minutes since the last command, command line. Names in braces are filled in from the profile.
SCRIPT: tuple[tuple[str, int, str], ...] = (
    ("A new customer, Acme Ltd, wants Hong Kong connected to {provider}.", 0,
     f'sci new {NAME} --profile {{profile}} --customer "Acme Ltd" --location "Hong Kong" --data-plan "1 TB"'
     " --vpn CORP --prefix 10.20.0.0/16 --prefix 10.30.0.0/16 --max-prefixes 1250"),
    ("Somebody wants to order at once. The gate says no, and why.", 20,
     f"sci order place {NAME} --number VZ-778812 --confirm {NAME} --accept-billing"),
    ("The customer answers: account active, Private IP in service, no firewalls.", 60 * 24,
     f"sci set {NAME} private-ip.active=2 csp.account-id=0123456789012345 csp.account-status=active"
     " cloud-type=vpc security-products=none{optional}"),
    ("Now the order may be placed. It is placed in the portal and recorded here.", 45,
     f"sci order place {NAME} --number VZ-778812 --confirm {NAME} --accept-billing"),
    ("Twenty minutes later the port is in the portal. What it shows is compared with the order.", 20,
     f'sci order verify {NAME} --seen-csp "{{provider}}" --seen-data-plan "1 TB"'
     ' --seen-location "Hong Kong"'),
    ("The mail for the provider is drafted, with the screen print; a person sends it.", 15,
     f"sci handoff {NAME} --attach {{picture}} --to activation@example.net --quiet"),
    ("The customer wants a second VPN. Its range lies inside the first one.", 60,
     f"sci vpn add {NAME} LAB --prefix 10.30.4.0/22 --max-prefixes 1250 --yes"),
    ("With another range it fits.", 5,
     f"sci vpn add {NAME} LAB --prefix 10.40.0.0/16 --max-prefixes 1250 --yes --quiet"),
    ("Where does it stand?", 60 * 24 * 2, f"sci status {NAME}"),
)  # fmt: skip


def demonstrate(session: Session, keep: str = "") -> None:
    """Run the sample in a temporary folder, or in a new folder that is kept; ends on the status screen.

    Raises:
        OutputExists: the folder to keep exists already.
    """
    if session.output != "text":
        raise WrongUsage("The demo is for people; it has no output for scripts.", fix=sci("demo"))
    kept = Path(keep).expanduser().absolute() if keep else None
    if kept is not None and kept.exists():
        raise OutputExists(f"{kept} exists already.", fix=sci("demo", "--keep", "ANOTHER-FOLDER"))
    write(
        session, "A complete sample in a folder of its own; nothing of yours is touched, nothing is sent.\n"
    )
    place: AbstractContextManager[str] = (
        nullcontext(str(kept)) if kept else tempfile.TemporaryDirectory(prefix="sci-demo-")
    )
    with place as folder:
        _play(session, Path(folder))
    goodbye = "\nThis was a sample" + (
        f"; it is kept: sci --home {shlex.quote(str(kept))}" if kept else "; it is gone now."
    )
    look = session.look()
    start, walk = (
        command_text(sci(word, "NAME"), where=look.where, windows=look.windows) for word in ("new", "run")
    )
    write(session, f"{goodbye}\nStart your own:      {start}\nWalk through it:     {walk}\n")


def _play(session: Session, folder: Path) -> None:
    from sci_cli.cli.main import main

    folder.mkdir(exist_ok=True, parents=True)
    picture = folder / PICTURE
    picture.write_bytes(sample_picture())
    names, now = _names(), START
    for remark, minutes, line in SCRIPT:
        now += timedelta(minutes=minutes)
        shown = line.format(picture=PICTURE, **names)
        write(session, f"\n# {remark.format(**names)}\n$ {shown}\n")
        environ = {
            **session.environ,
            "SCI_HOME": str(folder),
            "SCI_STORE": "",
            "SCI_USER": "account.manager",
            "SCI_OUTPUT": "text",
        }
        inner = Session(
            io.StringIO(),
            session.stdout,
            session.stdout,
            environ,
            Settings(plain=session.settings.plain, color=session.settings.color),
            now=lambda at=now: at,  # type: ignore[misc]  # bound now, called later
            stdout_closed=session.stdout_closed,
        )
        main(shlex.split(line.format(picture=shlex.quote(str(picture)), **names))[1:], inner)


def _names() -> dict[str, str]:
    """What the sample takes from the first shipped profile; an optional field gets a sample value."""
    from sci_cli.profiles import Catalogue, shipped_profiles_dir

    catalogue = Catalogue(shipped_profiles_dir(), None)
    profile = catalogue.load(catalogue.entries()[0].id)
    optional = [field.fact for field in profile.order_fields if field.rule is FieldRule.OPTIONAL]
    return {
        "profile": profile.id,
        "provider": profile.name,
        "optional": "".join(f" {fact}=SAMPLE-20260303" for fact in optional),
    }


def sample_picture() -> bytes:
    """A small grey PNG, standing in for the screen print."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    width = height = 8
    rows = b"".join(b"\x00" + b"\x99" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
