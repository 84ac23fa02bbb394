"""The work: four jobs behind documents and a commit rule. Nothing in here imports Prefect."""
