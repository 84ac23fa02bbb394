"""Photos as they come from strangers: read, judged, and told apart from their background."""
