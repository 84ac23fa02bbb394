"""Entry point of the job's container."""

import sys

from jobs.runtime.command import main

sys.exit(main("export"))
