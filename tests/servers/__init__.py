"""Strict servers of the outward channels; without them what a real one refuses would be found out in the village."""
