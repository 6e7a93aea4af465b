"""`fieldfact`: what an operator can do when something went wrong."""
