"""Second entry point of the simready job's container."""

import sys

from jobs.runtime.command import main

sys.exit(main("assembly"))
