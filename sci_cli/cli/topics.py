"""Pages of `sci help TOPIC`."""

from collections.abc import Callable

from sci_cli.errors import ExitCode, TopicNotFound, sci
from sci_cli.operations.outcome import Outcome
from sci_cli.operations.reference_views import TopicView


def exit_codes() -> str:
    """The table of exit codes, made from the codes themselves."""
    lines = ["Exit codes of sci", ""]
    lines += [f"  {int(code):>3}  {code.name:<12} {code.meaning}; a script {code.then}" for code in ExitCode]
    lines += ["", "3 and 4 differ: 3 means wait or do the named step, 4 means correct the input."]
    return "\n".join(lines)


def environment() -> str:
    """What the program reads from the environment."""
    rows = (
        ("SCI_HOME", "folder with the records (else the folder sci in your home folder)"),
        ("SCI_STORE", "shared store in place of the files, postgresql://USER@HOST/DATABASE"),
        ("SCI_OUTPUT", "text, json, yaml or csv, as --output"),
        ("SCI_NO_INPUT, CI", "never ask, as --no-input"),
        ("SCI_PLAIN", "one fact per line, as --plain"),
        ("SCI_COLOR", "auto, always or never, as --color"),
        ("SCI_NOW", "a fixed clock for tests and demonstrations: 2026-03-06T09:00:00Z"),
        ("SCI_USER", "the name recorded with every change (else the login name)"),
        ("GITHUB_STEP_SUMMARY", "file to which checks with --format add their list"),
        ("GITHUB_WORKSPACE", "folder of the repository for --format; also CI_PROJECT_DIR"),
        ("NO_COLOR", "no colour"),
        ("FORCE_COLOR, CLICOLOR_FORCE", "colour even when not on a terminal"),
        ("COLUMNS", "width of the screen, 40 to 200"),
        ("TERM", "dumb means no colour and numbered questions"),
    )
    lines = ["Environment of sci", "", "Options win over the environment.", ""]
    return "\n".join(lines + [f"  {name:<28} {meaning}" for name, meaning in rows])


FILES = """\
Files of sci

Everything lies in one folder that you can see, copy and back up: `sci where` names it.

  activations/   one YAML file per activation, with its history inside
  backups/       earlier revisions of each of them; sci restore brings one back
  evidence/      screen prints and other evidence, under the hash of their content
  out/           mail drafts
  profiles/      profiles of your own; profiles/pinned holds those that activations go by

The files in activations are written by sci and carry a checksum: change them with commands, not by hand.
sci verify says whether they are as they were written; sci adopt takes an edit by hand over.
Profiles and request files are yours: sci never rewrites them.

  sci export NAME --to FILE.zip   activations with all that belongs to them, in one file
  sci import FILE.zip             takes them into another home; never replaces what is there
  sci doctor                      whether the folder can be used and every record can be read"""

SCREEN_READERS = """\
sci and screen readers

  sci --plain status NAME     one sentence per step, no tables, no bars
  sci --plain run NAME        numbered questions, nothing is redrawn; < goes back

Set SCI_PLAIN=1 to have it always. States are words (ready, waits for O8, late by 2 d), never only colours."""

WINDOWS = """\
sci on Windows

Use Windows Terminal or PowerShell. In Git Bash the arrow keys do not work; sci then asks with numbers.
The records lie in the folder sci in your user folder. Keep it out of a synchronised folder such as OneDrive
if several computers write to it: two of them writing the same activation make conflicting copies.
Quote values that contain blanks with double quotes: --customer "Acme Ltd"."""

PREFIXES = """\
Prefixes

Write a prefix as address and length: 10.20.0.0/16, 2001:db8::/48. sci refuses, with the correction,

  host bits             10.20.0.1/16 is 10.20.0.0/16, or the host 10.20.0.1/32
  a missing length      10.20.0.0 says nothing about its size
  masks                 255.255.0.0 is /16
  mapped addresses      ::ffff:10.20.0.0/112 is 10.20.0.0/16
  special ranges        loopback, multicast, link-local and the default route never go on a port

--from FILE takes prefixes as you have them, and recognises the form: lists (# begins a remark), CSV, Excel,
YAML, JSON, and what a Cisco, Juniper, Nokia or Arista router printed. --read-as names the form,
--skip-invalid leaves lines out that are no prefixes; otherwise every one is named and nothing is taken.

  sci vpn add NAME VPN --from list.txt --max-prefixes 1250
  sci vpn plan NAME --from all.csv --max-prefixes 1250      a CSV with the header vpn,prefix: several VPNs
  sci vpn plan NAME --from corp.txt --from lab.txt          VPNs named after their files
  sci vpn check corp.txt lab.txt                            files alone, no activation; exit 4 on overlap

The rules: prefixes of different VPNs on one port must not share addresses; the total over all VPNs must not
exceed the smallest MAX (IPv4 and IPv6 apart); prefixes nested inside one VPN are normal."""

SCRIPTS = """\
sci in scripts

  sci status NAME -o json                 one JSON document, also on failure
  sci check NAME --for order              exit 0 when the order may be placed, 3 while it may not
  sci check --all --format junit          every activation, as pipelines read it
  sci status NAME --exit-code             exit 20 while steps are open
  sci get NAME order.number               one value and nothing else; without a path, every path
  sci wait NAME --until ordered           until it is so: exit 0, or 20 after --timeout 30m
  sci schema status                       the JSON Schema of a document
  sci set NAME FACT=VALUE --dry-run       everything but saving, same exit code
  sci set NAME FACT=VALUE --if-revision 7 only while the record is at revision 7
  sci set NAME FACT=VALUE --op-id job-17  once: the same line again is success and writes nothing

Without a terminal nothing is ever asked: exit 2 names all missing options at once. Yes/no questions are
answered with --yes; what costs money or service needs --confirm NAME, and an order also --accept-billing.
See also: sci help exit-codes, sci help environment"""


VERIFY = """\
What sci verify can tell, and what it cannot

  sci verify                                   everything in the home
  sci verify NAME --expect-head HASH           and whether the history is the one that ended in HASH

It finds damage, edits by hand, and events that were changed, removed, moved or cut off: records carry a
checksum, each event a hash over all before it, the record the last hash (the head). It looks at backups,
pinned profiles, evidence and drafts as well. It takes no lock and writes nothing.

Who rewrites a record completely, every hash and the checksum, and all its backups with it, leaves nothing
behind in the home that could show it. Then only a head noted elsewhere helps: it is printed after each
change and stands in each hand-off draft. Compare with sci verify --expect-head NAME=HASH; 12 characters of
it are enough. The head of an earlier revision will do, and says that nothing up to it was changed since.

The names in the history are those of the accounts that ran sci; nothing proves who sat there."""


PAGES: dict[str, Callable[[], str]] = {
    "exit-codes": exit_codes,
    "environment": environment,
    "files": lambda: FILES,
    "prefixes": lambda: PREFIXES,
    "scripts": lambda: SCRIPTS,
    "screen-readers": lambda: SCREEN_READERS,
    "verify": lambda: VERIFY,
    "windows": lambda: WINDOWS,
}


def page(topic: str) -> Outcome:
    """One page, or the list of pages.

    Raises:
        TopicNotFound: no such page.
    """
    names = tuple(PAGES)
    if not topic:
        lines = ["Topics", "", *(f"  sci help {name}" for name in names), "", "Commands: sci --help"]
        return Outcome(TopicView("", "\n".join(lines), names))
    made = PAGES.get(topic.strip().lower())
    if made is None:
        raise TopicNotFound(
            f"There is no help page {topic[:60]!r}.",
            why=f"Pages: {', '.join(names)}.",
            fix=[sci("help"), sci("explain", topic[:60])],
        )
    return Outcome(TopicView(topic, made(), names))
