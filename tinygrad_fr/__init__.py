"""Build a graph, put it in order, walk it backward: the table of contents."""
