"""The demo in a real browser, played on the real program by hand and eye: what no other test can see."""
