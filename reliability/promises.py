"""Every promise about the record, with the methods that try it and the tests that hold it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise and what it rests on.

    Attributes:
        number: 1 for P1.
        text: what is promised.
        methods: of `python -m reliability`, by name.
        tests: files below `tests/`, with `::` and the name where one test is meant.
        corpus: cases of the corpus by id.
    """

    number: int
    text: str
    methods: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    corpus: tuple[str, ...] = ()


def _of(number: int, text: str, methods: str = "", tests: str = "", corpus: str = "") -> Promise:
    return Promise(number, text, tuple(methods.split()), tuple(tests.split()), tuple(corpus.split()))


_DURABLE = (
    _of(
        1,
        "A change whose `saved, revision N` was printed survives a kill at any later moment.",
        "later kills power",
    ),
    _of(2, "It survives power loss: file, name and folder are flushed before it is said.", "power crashes"),
    _of(3, "Nothing is acknowledged before the folder is flushed.", "order"),
    _of(
        4,
        "A backup of every earlier revision (the last 50, and one a day for 90 days) exists before the new "
        "one.",
        "backups kills",
        "store/test_files.py",
    ),
)
_ATOMIC = (
    _of(
        5,
        "A kill at any system call of a command leaves old or new, byte for byte, and the next command works "
        "without repair.",
        "kills later",
        "store/test_crashes.py",
        "env-066",
    ),
    _of(
        6,
        "An error of the system at any call gets a true answer: saved, nothing changed (8), or not known "
        "(10).",
        "errors",
        "store/test_crashes.py",
        "env-020 env-022 env-023 env-027 env-030",
    ),
    _of(
        7,
        "Every disk a power cut can leave reads as old or new; after the acknowledgement only as new.",
        "crashes",
        "store/test_crashes.py store/test_adoption.py",
    ),
    _of(
        8,
        "After Ctrl-C, termination or a closed window, what was said of the change is true, and no temporary "
        "file is left.",
        "signals",
    ),
    _of(
        9,
        "`sci import` is all or nothing for each activation, and the answer lists what is left.",
        "kills errors",
        "cli/test_keeping.py",
    ),
    _of(10, "A mail draft is complete and named in the history with its hash, or not named.", "kills errors"),
)
_ISOLATED = (
    _of(
        11,
        "Of many writers at once none loses a change it was told is saved; who has to wait is told so (7).",
        "writers server-writers",
        "store/test_locking.py",
        "pg-007",
    ),
    _of(
        12,
        "Rules over the whole (overlap, MAX, one order) hold when several ask at once.",
        "rules server-rules",
        "",
        "ovl-023 ovl-024",
    ),
    _of(
        13,
        "A change for a revision that is no longer the newest is refused with what happened since.",
        "stale server-stale",
        "store/test_contract.py",
        "pg-008",
    ),
    _of(
        14,
        "A reader during many changes never sees a missing, empty or torn record.",
        "readers",
        "",
        "env-065",
    ),
    _of(
        15,
        "A holder of the lock that was killed, stopped or hangs needs no unlocking by hand; a live one is "
        "named.",
        "holders",
        "store/test_locking.py",
        "env-058 env-060 env-061 env-063",
    ),
    _of(
        16,
        "What happened side by side is explained by one thing after the other.",
        "histories server-histories",
        "reliability/test_histories.py",
    ),
)
_SOUND = (
    _of(
        17,
        "Any flipped bit, cut or exchanged file is noticed at the next read and named (9).",
        "damage",
        "store/test_document.py",
        "st-002 st-005",
    ),
    _of(
        18,
        "A damaged record is never taken for an empty one, and nothing new is made beside it.",
        "damage",
        "store/test_files.py",
        "st-001 st-002 st-005",
    ),
    _of(
        19,
        "An edit by hand is noticed, shown as a difference, and counts only through `sci adopt`.",
        "",
        "cli/test_adopt.py",
        "st-006",
    ),
    _of(
        20,
        "`sci verify` looks at every file, chain, backup and draft, writes nothing, and ends with 0 only "
        "when all hold.",
        "mutants",
        "cli/test_verify.py",
    ),
    _of(
        21,
        "Putting an earlier revision or a backup back is a change of its own and deletes nothing.",
        "kills signals errors",
        "operations/test_bringing_back.py store/test_mending.py",
    ),
    _of(
        22,
        "Two files of one activation with the same revision and other content stop changes; both are named.",
        "",
        "store/test_files.py::test_a_copy_with_the_same_revision_and_another_history_makes_two_versions",
        "st-018",
    ),
    _of(
        23,
        "Every format ever written has a frozen sample that is read.",
        "",
        "store/test_document.py::"
        "test_a_sample_of_format_1_is_read_by_every_later_version store/test_document.py::"
        "test_the_samples_of_format_2_are_read_by_every_later_version store/test_document.py::"
        "test_a_sample_of_format_3_is_read_by_every_later_version",
    ),
    _of(
        24,
        "A newer format is refused and not touched.",
        "",
        "store/test_files.py::test_a_newer_format_is_refused_untouched",
        "st-010",
    ),
    _of(
        25,
        "An older format is read in memory; its file changes with the next change of a user.",
        "",
        "store/test_document.py::test_an_older_format_is_migrated_in_memory_with_a_notice",
    ),
    _of(
        26,
        "Each event holds number, time, actor, command, op-id, each field before and after, and the hash of "
        "all before.",
        "billing",
        "store/test_document.py operations/test_billing_machine.py",
    ),
    _of(
        27,
        "An event that was edited, removed or moved is noticed and located; so is a cut end.",
        "",
        "store/test_document.py",
        "st-012 st-013 st-014 st-015",
    ),
    _of(
        28,
        "A complete rewrite is found with a head noted elsewhere, and only then.",
        "",
        "cli/test_verify.py::test_a_complete_rewrite_is_seen_only_with_a_head_noted_elsewhere",
        "st-016",
    ),
    _of(
        29,
        "What happened in the world is not taken back by a command.",
        "",
        "operations/test_bringing_back.py::"
        "test_what_happened_in_the_world_is_not_undone_and_the_way_there_is_is_named",
        "cli-022 cli-023",
    ),
)
_SCRIPTED = (
    _of(
        30,
        "The same operation id with the same content is one event; with other content it is refused (6).",
        "operation server-operation",
        "cli/test_operation_ids.py",
        "id-034",
    ),
    _of(31, "`--dry-run` changes no byte and ends as the real run does.", "trials"),
    _of(32, "Nothing is asked where nobody can answer.", "", "cli/test_streams.py", "cli-012"),
    _of(
        33,
        "`-o json` is one ASCII document that fits its schema, also on failure.",
        "",
        "cli/test_guards.py ui/test_envelope.py",
    ),
    _of(
        34,
        "Every exit code is a documented one; 1 is a bug and nothing else.",
        "kills errors signals",
        "corpus/test_corpus.py",
    ),
)
_SURROUNDED = (
    _of(
        35,
        "A full or read-only disk changes nothing, is called so, and leaves no file behind.",
        "full errors",
        "store/test_files.py",
        "env-010 env-018 env-078",
    ),
    _of(
        36,
        "Few descriptors or little memory end in words, and leave nothing half done.",
        "errors",
        "",
        "env-027 env-031 env-033",
    ),
    _of(
        37,
        "A closed or full standard output is never a success without a word.",
        "",
        "cli/test_streams.py",
        "env-034 env-035 env-036 env-037",
    ),
    _of(
        38,
        "Clocks that go back, odd zones and impossible times keep the order of events.",
        "billing",
        "domain/test_times.py",
        "env-052 env-053 env-054 dat-019 dat-020 dat-023",
    ),
    _of(
        39,
        "A missing home, a deleted folder, an odd terminal: it works or says what to set.",
        "",
        "",
        "env-002 env-003 env-004 env-005 env-040 env-042 env-043 env-044",
    ),
    _of(40, "On files, nothing is connected to.", "quiet"),
    _of(41, "Nothing is written but below the home and into files that were named.", "quiet"),
    _of(
        42,
        "Files are 0600 and folders 0700 whatever the umask; a home others can write to is refused.",
        "modes",
        "store/test_files.py",
        "env-008 env-009 st-031",
    ),
)
_BILLING = (
    _of(
        43,
        "No sequence of commands leads to an order that bills while something it needs is missing.",
        "billing rules",
        "operations/test_billing_machine.py",
    ),
    _of(
        44,
        "`--yes`, a profile, the environment or a document cannot accept billing.",
        "",
        "operations/test_orders.py",
        "cli-013 cli-014 prf-043",
    ),
    _of(
        45,
        "The service key stays empty, and the CSP Customer ID is the account on record.",
        "billing",
        "operations/test_billing_machine.py",
        "id-026 id-027",
    ),
    _of(
        46,
        "Security products are refused once the order is on record.",
        "billing",
        "operations/test_billing_machine.py",
        "id-028",
    ),
    _of(
        47,
        "Ctrl-C, the end of the input and a closed window are no answer to any question.",
        "",
        "cli/test_interruptions.py ui/test_arrows.py ui/test_prompter.py ui/test_checklist.py",
    ),
)
_SHARED = (
    _of(48, "One transaction for each change: record, event and operation id, or none of them.",
        "server-statements", "store/test_postgres.py"),
    _of(49, "A lost answer to COMMIT is found out in ten seconds, or called not known (10) with the id to "
        "ask for.", "server-commits", "store/test_postgres.py", "pg-010"),
    _of(50, "The role of people cannot change history, nor see or enter another team.", "server-rights",
        "store/test_postgres.py", "pg-014 pg-016 pg-017 pg-018"),
    _of(51, "Another machine is reached with a verified certificate or not at all.", "",
        "store/test_postgres.py store/test_server_address.py", "pg-003 pg-004"),
    _of(52, "Files and server pass the same tests and accept the same values.", "", "store/test_contract.py",
        "pg-021"),
    _of(53, "Without the server nothing is written on this machine in its place.", "server-gone",
        "cli/test_shared_store.py"),
)  # fmt: skip
PROMISES = (*_DURABLE, *_ATOMIC, *_ISOLATED, *_SOUND, *_SCRIPTED, *_SURROUNDED, *_BILLING, *_SHARED)


def table() -> str:
    """All promises as the page has them."""
    lines = ["| | Promise | Tried by | Tests | Corpus |", "|---|---|---|---|---|"]
    for each in PROMISES:
        methods = ", ".join(f"`{name}`" for name in each.methods)
        tests = ", ".join(f"`{test.partition('::')[0]}`" for test in dict.fromkeys(each.tests))
        tests = ", ".join(dict.fromkeys(tests.split(", ")))
        lines.append(f"| P{each.number} | {each.text} | {methods} | {tests} | {', '.join(each.corpus)} |")
    return "\n".join(lines)
