"""One case from its world to its verdict, and all cases of a corpus."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tests.corpus import actions, oracle, postgres, profile_files, showing, terminal, tracing
from tests.corpus.actions import Action, Operation, Plan
from tests.corpus.cases import Case, Corpus, NotPossible
from tests.corpus.damage import VERBS as DAMAGES
from tests.corpus.oracle import Seen, Snapshot
from tests.corpus.program import Result, find_program
from tests.corpus.surroundings import Scene, arrange, make_changes
from tests.corpus.world import Box, Stage, WorldBroken, Worlds

OPERATIONS: Mapping[str, Operation] = {
    "vpn_add": actions.vpn_add,
    "vpn_remove": actions.vpn_remove,
    "import_prefixes": actions.import_prefixes,
    "init_order": actions.init_order,
    "record_alibaba_account": actions.record_alibaba_account,
    "record_pip": actions.record_pip,
    "place_order": actions.place_order,
    "record_event": actions.record_event,
    "handoff": actions.handoff,
    "port_set": actions.port_set,
    "profile_use": profile_files.profile_use,
    "show": showing.show,
    "show_json": showing.show_json,
    "export_csv": showing.export_csv,
    "history": showing.history,
    "wizard": showing.wizard,
    "raw": showing.raw,
}

PASSED, FAILED, NOT_POSSIBLE = "passed", "failed", "not yet possible"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a case: its outcome, the reasons, and the last command line that was judged."""

    case: Case
    outcome: str
    reasons: tuple[str, ...] = ()
    line: str = ""
    got: str = ""


class Harness:
    """The program and the worlds for it, in a temporary folder."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        private = folder / "program"
        private.mkdir(mode=0o755)
        worlds = folder / "worlds"
        worlds.mkdir(mode=0o711)
        self.corpus = corpus
        self.program = find_program(private)
        self.worlds = Worlds(worlds, self.program)
        self.servers = postgres.Servers()

    def verdicts(self, cases: Sequence[Case]) -> list[Verdict]:
        """All verdicts, in the order of the cases. What was only too slow is tried once more, alone."""
        # What takes long begins first, so that no processor is idle at the end.
        longest_first = sorted(range(len(cases)), key=lambda place: not _takes_long(cases[place]))
        with ThreadPoolExecutor(max_workers=max(2, min(4, (os.cpu_count() or 2) + 1))) as pool:
            reached = list(pool.map(lambda place: self.verdict(cases[place]), longest_first))
        found = dict(zip(longest_first, reached, strict=True))
        return [self.verdict(each.case) if _only_slow(each) else each for _, each in sorted(found.items())]

    def verdict(self, case: Case) -> Verdict:
        """Run one case; never raises."""
        try:
            return self._judged(case)
        except NotPossible as reason:
            return Verdict(case, NOT_POSSIBLE, (str(reason),))
        except WorldBroken as reason:
            return Verdict(case, FAILED, (str(reason),))
        except Exception as error:  # a corpus of another shape must not stop the others
            where = _place(error)
            return Verdict(
                case, NOT_POSSIBLE, (f"the harness fails on it: {type(error).__name__}: {error} ({where})",)
            )

    def _judged(self, case: Case) -> Verdict:
        unknown = [each for each in case.expect.classes if each not in self.corpus.exits]
        if unknown:
            raise NotPossible(f"the class {unknown[0]!r} is not among those of the corpus")
        if case.kind == "postgres":
            return self._shared(case)
        action = operation(case)(case)
        box = self.worlds.fresh(action.stage)
        try:
            return self._played(case, action, box)
        finally:
            self.worlds.discard(box)

    def _shared(self, case: Case) -> Verdict:
        """A case about a shared store, on a real server."""
        server = self.servers.server()
        box = self.worlds.fresh(Stage("verified"))
        try:
            with postgres.scene(server, case, box) as found:
                reasons, results = postgres.play(found, self.corpus.exits)
        finally:
            self.worlds.discard(box)
        last = results[-1]
        said = (last.err or last.out).decode("utf-8", "replace").strip()
        outcome = FAILED if reasons else PASSED
        return Verdict(case, outcome, tuple(reasons), last.line, f"exit {last.exit}: {said[:400]}")

    def _played(self, case: Case, action: Action, box: Box) -> Verdict:
        plan = action.prepare(box)
        scene = Scene(case, box, box.around(), settled=plan.settled)
        with scene.furniture:
            with scene.obstacles:
                arrange(scene)
                if scene.signal is not None and "prompt" not in str(scene.signal.get("at")):
                    return self._swept(case, action, scene, plan)
                self._faults(scene, plan, action)
                before = Snapshot.of(box)
                results = _run(scene, plan)
                after = Snapshot.of(box)
            seen = Seen(case, box, plan, scene, tuple(results), before, after)
            return _verdict(case, seen, oracle.judge(seen, self.corpus.exits))

    def _faults(self, scene: Scene, plan: Plan, action: Action) -> None:
        """Place the faults of `inject` at the calls found by watching the same run in another sandbox."""
        for fault in scene.inject:
            if scene.around.wrapper:
                raise NotPossible("two faults in one run are not known to the harness")
            other = self.worlds.fresh(action.stage)
            try:
                runs = action.prepare(other).runs
                found = tracing.calls(other, runs[0], other.around(), [str(fault["syscall"])])
                call = tracing.chosen(found, fault)
            finally:
                self.worlds.discard(other)
            scene.around.wrapper = tracing.wrapper(scene.box, call, _fault(fault))

    def _swept(self, case: Case, action: Action, scene: Scene, plan: Plan) -> Verdict:
        """A signal at some of the calls of the commit, each in a sandbox of its own."""
        name = str((scene.signal or {}).get("name"))
        found = tracing.calls(scene.box, plan.runs[0], scene.box.around(), tracing.COMMIT)
        verdict = Verdict(case, PASSED)
        for call in tracing.spread(found):
            box = self.worlds.fresh(action.stage)
            try:
                again = action.prepare(box)
                around = replace(box.around(), wrapper=tracing.wrapper(box, call, f"signal={name}"))
                before = Snapshot.of(box)
                result = box.program.run(again.runs[0], around)
                seen = Seen(case, box, again, Scene(case, box, around), (result,), before, Snapshot.of(box))
                reasons = oracle.judge(seen, self.corpus.exits)
                if reasons:
                    marked = [f"{name} at {call.name} {call.nth}: {each}" for each in reasons]
                    verdict = _verdict(case, seen, [*verdict.reasons, *marked])
            finally:
                self.worlds.discard(box)
        return verdict


def operation(case: Case) -> Operation:
    """The operation of a case.

    Raises:
        NotPossible: nobody knows it.
    """
    if case.op == "vpn_add" and set(case.input) & set(DAMAGES):
        return showing.state_change
    found = OPERATIONS.get(case.op)
    if found is None:
        raise NotPossible(f"the operation {case.op!r} has no command yet")
    return found


def _fault(given: Mapping[str, object]) -> str:
    for kind in ("error", "retval", "signal"):
        if kind in given:
            return f"{kind}={given[kind]}"
    raise NotPossible(f"a fault of the kind {given} is not known to the harness")


def _run(scene: Scene, plan: Plan) -> list[Result]:
    box, around = scene.box, scene.around
    if plan.slow_file is not None:
        around.wrapper = tracing.slow_reading(box, plan.slow_file)
    if plan.keys or scene.terminal:
        return [terminal.run(scene, plan, plan.runs[0])]
    if plan.together:
        return _together(scene, plan)
    if scene.rivals:
        return _beside_rivals(scene, plan)
    results = []
    with _disturbed(plan.disturb):
        for argv in plan.runs:
            results.append(box.program.run(argv, around))
    if around.wrapper and scene.inject and not tracing.hit(box):
        raise NotPossible("the fault did not happen where it was meant to")
    return results


def _together(scene: Scene, plan: Plan) -> list[Result]:
    program, started = scene.box.program, time.monotonic()
    running = [(argv, program.start(argv, scene.around)) for argv in plan.runs]
    return [program.finish(process, argv, scene.around, started) for argv, process in running]


def _beside_rivals(scene: Scene, plan: Plan) -> list[Result]:
    """Several readers while somebody else makes real changes; fewer than a thousand, for they take time."""
    stop = threading.Event()
    writer = threading.Thread(target=make_changes, args=(scene.box, stop.is_set))
    writer.start()
    try:
        return [scene.box.program.run(plan.runs[0], scene.around) for _ in range(6)]
    finally:
        stop.set()
        writer.join()


@contextmanager
def _disturbed(disturb: Callable[[], None] | None) -> Iterator[None]:
    if disturb is None:
        yield
        return
    stop = threading.Event()

    def again() -> None:
        while not stop.wait(0.05):
            with suppress(OSError):
                disturb()

    thread = threading.Thread(target=again)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _verdict(case: Case, seen: Seen, reasons: Sequence[str]) -> Verdict:
    last = seen.results[-1]
    worst = (
        next((each for each in seen.results if not oracle.is_right(each, case, {})), last)
        if not reasons
        else last
    )
    said = (worst.err or worst.out).decode("utf-8", "replace").strip()
    return Verdict(
        case, FAILED if reasons else PASSED, tuple(reasons), worst.line, f"exit {worst.exit}: {said[:400]}"
    )


def _takes_long(case: Case) -> bool:
    return bool(case.setup) or "gen_orders" in case.input


def _only_slow(verdict: Verdict) -> bool:
    return verdict.outcome == FAILED and all(each.startswith("too slow") for each in verdict.reasons)


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""


@contextmanager
def harness(corpus: Corpus) -> Iterator[Harness]:
    """A harness in a temporary folder that is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="sci-corpus-"))
    folder.chmod(0o711)
    made = Harness(folder, corpus)
    try:
        yield made
    finally:
        made.servers.close()
        shutil.rmtree(folder, ignore_errors=True)


def selected(corpus: Corpus, wanted: Sequence[str]) -> tuple[Case, ...]:
    """The cases whose ids begin with one of the words, all without words."""
    return tuple(case for case in corpus.cases if not wanted or case.id.startswith(tuple(wanted)))


def summary(program_note: str, verdicts: Sequence[Verdict], *, verbose: bool = False) -> str:
    """Numbers first, then the failed and the not yet possible, with reasons."""
    by = {
        kind: [each for each in verdicts if each.outcome == kind] for kind in (PASSED, FAILED, NOT_POSSIBLE)
    }
    lines = [
        f"Run {program_note}, Python {sys.version.split()[0]}.",
        f"{len(verdicts)} cases: {len(by[PASSED])} passed, {len(by[FAILED])} failed, "
        f"{len(by[NOT_POSSIBLE])} not yet possible.",
    ]
    if by[FAILED]:
        lines.append("\nFailed:")
    for each in by[FAILED]:
        lines.append(f"  {each.case.id}  {'; '.join(each.reasons)}")
        if verbose:
            lines += [f"      {each.line}", *(f"      | {line}" for line in each.got.splitlines()[:8])]
    if by[NOT_POSSIBLE]:
        lines.append("\nNot yet possible:")
    lines += [f"  {each.case.id}  {'; '.join(each.reasons)}" for each in by[NOT_POSSIBLE]]
    return "\n".join(lines)
