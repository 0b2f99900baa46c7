"""A duty roster that comes as a sheet; without it shifts could only be said one by one."""
