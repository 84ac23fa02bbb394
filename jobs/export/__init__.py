"""Recorded episodes in, a LeRobot v3.0 dataset out, re-opened and compared before it counts."""
