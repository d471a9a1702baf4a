#!/usr/bin/env python3
"""Replays a repository's history: which commits make imggen write files anew, and what changed in them.

    replay.py [--imggen PROGRAM] [--commits N] REPOSITORY [-- IMGGEN ARGUMENTS]

Each of the last N commits of the main line is checked out in a temporary clone. imggen writes at the first one it can; from then on it
is asked at every commit whether the files are still what it would write, and writes where they are not.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile


def run(*command, cwd=None):
    try:
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, errors="replace", timeout=60)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", "")


def acts(text):
    """What Docker acts on, without comments, blank lines and indentation."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not re.match(r"#(?!\s*(syntax|escape|check|hadolint|checkov))", line)]


def snapshot(directory):
    return {path.name: path.read_text() for path in directory.iterdir() if path.is_file()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--imggen", default="imggen")
    parser.add_argument("--commits", type=int, default=100)
    parser.add_argument("repository")
    parser.add_argument("arguments", nargs="*", help="what follows `imggen generate`, behind --")
    given = parser.parse_args()
    imggen = pathlib.Path(given.imggen).resolve() if "/" in given.imggen else given.imggen

    counts = dict.fromkeys(["commits", "refused", "too long", "written", "instructions", "patterns alone", "neither"], 0)
    with tempfile.TemporaryDirectory() as temporary:
        clone, out = pathlib.Path(temporary, "project"), pathlib.Path(temporary, "out")
        run("git", "clone", "--quiet", "--no-checkout", given.repository, str(clone))
        out.mkdir()
        log = run("git", "rev-list", "--first-parent", "--reverse", "-n", str(given.commits), "HEAD", cwd=clone)
        for commit in log.stdout.split():
            run("git", "checkout", "--quiet", "--force", commit, cwd=clone)
            counts["commits"] += 1
            command = [str(imggen), "generate", "--output-dir", str(out), *given.arguments, "."]
            before = snapshot(out)
            check = run(*command, "--check", cwd=clone)
            if check.returncode not in (0, 1):
                counts["too long" if check.returncode == 124 else "refused"] += 1
            elif check.returncode == 1:
                wrote = run(*command, "--force", cwd=clone)
                after = snapshot(out)
                if not before or wrote.returncode:
                    continue
                counts["written"] += 1
                changed = {name for name in before | after if acts(before.get(name, "")) != acts(after.get(name, ""))}
                kind = "instructions" if changed - {".dockerignore"} else "patterns alone" if changed else "neither"
                counts[kind] += 1
                print(f"{commit[:12]} {kind}: {', '.join(sorted(changed))}", file=sys.stderr)
    print(given.repository, counts)


if __name__ == "__main__":
    main()
