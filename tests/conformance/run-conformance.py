#!/usr/bin/env python3
"""Runs the official conformance suite, one scenario at a time, each a TAP case.

usage: run-conformance.py client|server PROGRAM

SANDBAR_TEST_CONFORMANCE_DIR: where the suite is installed (scripts/test-npm). Scenarios of extensions are left out.
What is listed in expected-failures.txt must fail: an entry that passes, or names no scenario, is a failure too.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

REVISIONS = ("2025-11-25", "2026-07-28")
TIME_LIMIT_S = 90
HERE = os.path.dirname(os.path.abspath(__file__))


def read_expected(side):
    expected = {}
    with open(os.path.join(HERE, "expected-failures.txt"), encoding="utf-8") as lines:
        for line in lines:
            match = re.fullmatch(r"(client|server) (\S+) (\S+): (\S.*)\n", line)
            if match and match.group(1) == side:
                expected[(match.group(2), match.group(3))] = match.group(4)
            elif not match and line.strip() and not line.startswith("#"):
                sys.exit(f"expected-failures.txt: not understood: {line}")
    return expected


def find_scenarios(suite, side):
    listed = subprocess.run([*suite, "list"], capture_output=True, text=True, check=True).stdout
    part = listed.split(f"{side.capitalize()} scenarios (", 1)[1].split("\n\n", 1)[0]
    found = re.findall(r"^  - (\S+) \[([^]]*)\]$", part, re.MULTILINE)
    return [(revision, name) for revision in REVISIONS for name, tags in found if revision in tags.split(",")]


def run_scenario(suite, arguments, revision, name):
    with tempfile.TemporaryDirectory() as results:
        command = [*suite, *arguments, "--scenario", name, "--spec-version", revision, "-o", results]
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False)
        except subprocess.TimeoutExpired:
            return False, f"no verdict after {TIME_LIMIT_S} s"
        return run.returncode == 0, run.stdout + run.stderr


def run_all(suite, side, arguments):
    expected = read_expected(side)
    scenarios = find_scenarios(suite, side)
    stale = [key for key in expected if key not in scenarios]
    print(f"1..{len(scenarios) + len(stale)}")
    for number, (revision, name) in enumerate(scenarios, 1):
        passed, report = run_scenario(suite, arguments, revision, name)
        reason = expected.get((revision, name))
        todo = f" # todo {reason}" if reason else ""
        print(f"{'' if passed else 'not '}ok {number} {side}/{revision}/{name}{todo}")
        if not passed and not reason:
            for line in report.splitlines():
                print(f"# {line}")
        sys.stdout.flush()
    for number, (revision, name) in enumerate(stale, len(scenarios) + 1):
        print(f"not ok {number} {side}/{revision}/{name} is listed in expected-failures.txt, and there is no such scenario")


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("client", "server"):
        sys.exit(__doc__)
    side, program = sys.argv[1:]
    base = os.environ.get("SANDBAR_TEST_CONFORMANCE_DIR")
    nodes = glob.glob(f"{base}/node_modules/node-linux-*/bin/node") if base else []
    if not nodes:
        print("1..0 # SKIP SANDBAR_TEST_CONFORMANCE_DIR names no directory with the conformance suite")
        return
    suite = [nodes[0], f"{base}/node_modules/@modelcontextprotocol/conformance/dist/index.js"]
    if side == "client":
        run_all(suite, side, ["client", "--command", program])
        return
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        url = server.stdout.readline().strip()
        run_all(suite, side, ["server", "--url", url])
        server.stdin.close()


main()
