"""`fieldfact`: what operators do to a system that runs."""
