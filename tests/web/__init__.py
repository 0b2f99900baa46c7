"""The web chat over real HTTP."""
