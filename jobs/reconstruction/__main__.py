"""Entry point of the job's container."""

from jobs.runtime.command import leave, main

leave(main("reconstruction"))
