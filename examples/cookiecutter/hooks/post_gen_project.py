"""Writes the Dockerfile of the project that was just made."""

import subprocess
import sys

sys.exit(subprocess.run(["imggen", "init", "--yes", "--quiet"]).returncode)
