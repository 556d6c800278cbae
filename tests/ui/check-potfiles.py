#!/usr/bin/env python3
"""po/POTFILES names every file with a string that people see, and no other."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
marked = re.compile(r"(?<![A-Za-z0-9_])(_|N_|C_|NC_|ngettext|dngettext) ?\(")

listed = {line.strip() for line in (root / "po/POTFILES").read_text().splitlines()
          if line.strip() and not line.startswith("#")}
wanted = {str(path.relative_to(root)) for path in (root / "src/app").rglob("*.c") if marked.search(path.read_text())}
wanted |= {str(path.relative_to(root)) for folder in ("data/ui", "data/gtk") for path in (root / folder).glob("*.ui")
           if 'translatable="yes"' in path.read_text()}
wanted |= {str(path.relative_to(root)) for path in (root / "data").glob("*.in")}

for path in sorted(wanted - listed):
    print(f"missing in po/POTFILES: {path}")
for path in sorted(listed - wanted):
    print(f"in po/POTFILES for nothing: {path}")
sys.exit(wanted != listed)
