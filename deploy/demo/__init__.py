"""A service company's spring, told over HTTP to the running system, and the reports it ends with."""
