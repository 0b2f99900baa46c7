"""What proves the house: transcripts, tables, and the real thing over real wires."""
