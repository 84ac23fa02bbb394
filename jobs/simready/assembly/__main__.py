"""Second entry point of the simready job's container."""

from jobs.runtime.command import leave, main

leave(main("assembly"))
