"""One idea of the course per file; each prints its punch line, and `tinygrad-fr demo` lists them."""
