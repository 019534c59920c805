"""Tries every slip in the catalogue's rules and writes docs/mutation.md: all rules, those named, or what is stale.

`make mutants-all` runs it. What was found is kept rule by rule: interrupted, it goes on where it was.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

from mutation_table import Row, page, read, stale
from slips import excuse, rules, slips_of, unnoticed

from alertgen.tools.binaries import TOOLS_FOLDER, find

PAGE = Path("docs/mutation.md")


def main() -> int:
    """Exit status 1 when a slip goes unnoticed that should not, or is noticed and excused."""
    parser = argparse.ArgumentParser(prog="mutation_run", description="What do the generated tests notice?")
    parser.add_argument("rule", nargs="*", help="names of alerts and recording rules; default: those not tried yet")
    parser.add_argument("--all", action="store_true", help="every rule, also those that did not change")
    options = parser.parse_args()
    written = read(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    rows = {name: row for name, row in written.items() if name in rules()}
    wanted = options.rule or (rules() if options.all else stale(rows, {rule: slips_of(rule) for rule in rules()}))
    wrong = False
    with multiprocessing.Pool(os.cpu_count()) as pool:
        for rule, row, problems, seconds in pool.imap_unordered(_tried, wanted):
            print(f"{rule}: {row.slips} broken, {row.noticed} noticed, {seconds:.0f} s", flush=True)
            for problem in problems:
                print(f"  {problem}", flush=True)
            wrong |= bool(problems)
            rows.pop(rule, None)
            if not problems:
                rows[rule] = row
            PAGE.write_text(page(rows), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))
    return 1 if wrong else 0


def _tried(rule: str) -> tuple[str, Row, list[str], float]:
    """What is expected of a rule's slips, what is not as expected, and how long it took in seconds."""
    started = time.monotonic()
    promtool = find("promtool", TOOLS_FOLDER, os.environ)
    slips = slips_of(rule)
    with tempfile.TemporaryDirectory(prefix="alertgen-mutants-") as folder:
        passed = unnoticed(slips, promtool, Path(folder))
    problems = [f"unnoticed: {slip}" for slip in passed if not excuse(slip)]
    problems += [f"excused and noticed: {slip}" for slip in slips if excuse(slip) and slip not in passed]
    return rule, Row.of(slips), problems, time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
