"""Cases: tables of inputs and what they must give, played against the real thing."""
