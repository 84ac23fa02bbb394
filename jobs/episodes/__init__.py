"""Robot rollouts in a simulator that was proven present."""
