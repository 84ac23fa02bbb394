"""Photos or a mesh file in; a metric, closed, coloured mesh out."""
