"""Build a graph in micrograd's words only: its two files by name, `engine` and `nn`: the contents.

    from tinygrad_fr.micrograd.engine import Value      # from micrograd.engine import Value
    from tinygrad_fr.micrograd.nn import MLP            # from micrograd.nn import MLP

For programs that read the graph (a compiler, a tracer, a counter of operations) and know +, *, **k
and ReLU.  Who wants speed and the words of the course takes `tinygrad_fr.engine` and
`tinygrad_fr.nn`; pictures, formulas and checks work on both.
"""

FLOORS = (("engine",), ("nn",))
