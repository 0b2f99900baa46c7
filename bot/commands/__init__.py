"""The commands of the command line, one file each; only here may anything be printed."""
