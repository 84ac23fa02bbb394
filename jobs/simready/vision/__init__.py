"""Models that look at a picture of an object and say what it is made of."""
