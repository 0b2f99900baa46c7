"""The edges, where async and I/O live: without this package nothing would reach anybody."""
