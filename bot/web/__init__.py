"""The pages: without them the web chat would be a mailbox that nobody can open."""
