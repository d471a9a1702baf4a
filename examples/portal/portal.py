#!/usr/bin/env python3
"""What a portal's scaffolder does: hands a project over in memory, and takes files, decisions and warnings.

    portal.py DIRECTORY
"""

import json
import pathlib
import subprocess
import sys


def main():
    root = pathlib.Path(sys.argv[1])
    files = {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}
    command = ["imggen", "generate", "--files", "-", "--format", "json"]
    run = subprocess.run(command, input=json.dumps(files), capture_output=True, text=True)
    answer = json.loads(run.stdout)
    if "error" in answer:
        sys.exit(f"{answer['error']['code']}: {answer['error']['message']}")
    for decision in answer["decisions"]:
        print(f"{decision['topic']:12} {decision['value']}")
    for file in answer["files"]:
        print(f"{file['state']:12} {file['path']} ({len(file['text'])} bytes)")


if __name__ == "__main__":
    main()
