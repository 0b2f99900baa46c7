"""The demo: its sample town, its clock, its list and what it shows of what happens behind."""
