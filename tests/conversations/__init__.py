"""The conversations as transcripts, and the stage they are played on."""
