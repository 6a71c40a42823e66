"""Files and runs that every later version must agree with."""
