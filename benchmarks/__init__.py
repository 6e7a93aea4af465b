"""Every claim about speed as a command: `python -m benchmarks.<name>` measures it beside its rivals and prints it."""
