"""`python -m tests.corpus [-v] [ID...]`: run the corpus, or cases by the start of their ids."""

from __future__ import annotations

import sys
import time

from tests.corpus.cases import corpus_path, read_corpus
from tests.corpus.running import FAILED, harness, selected, summary


def main() -> int:
    """Run and print; 1 when a case failed."""
    words = sys.argv[1:]
    verbose = "-v" in words
    corpus = read_corpus(corpus_path())
    started = time.monotonic()
    with harness(corpus) as running:
        verdicts = running.verdicts(selected(corpus, [word for word in words if word != "-v"]))
        text = summary(running.program.note, verdicts, verbose=verbose)
    sys.stdout.write(f"{text}\n\n{time.monotonic() - started:.0f} s\n")
    return int(any(each.outcome == FAILED for each in verdicts))


if __name__ == "__main__":
    sys.exit(main())
