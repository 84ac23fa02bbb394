"""A process that waits for a line on its standard input and then tries to create an object first."""

from __future__ import annotations

import sys

from jobs.runtime.folder_store import FolderStore

folder, name = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
print(FolderStore(folder).create("deep/race", name.encode() * 1000))
