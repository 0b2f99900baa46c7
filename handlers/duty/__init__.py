"""One set of buttons, on every card: take it, pass it on, say how it goes, done; without it an alert could only be read."""
