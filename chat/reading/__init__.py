"""Understanding what was typed; without this package only buttons would work."""
