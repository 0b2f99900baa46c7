"""The words: complete, unambiguous, short, and right for every outcome in both languages."""
