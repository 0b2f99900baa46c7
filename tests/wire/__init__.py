"""The real program as its own process, against a strict Bot API server over real HTTP; without it only parts are proved."""
