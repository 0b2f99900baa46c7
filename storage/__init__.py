"""How facts are kept: without this package a restart would forget everything anybody told the village."""
