"""Prefect tasks: launch a job, enforce a gate, publish reports, price usage."""
