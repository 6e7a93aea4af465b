"""Arithmetic that more than one service needs. Pure; knows the kernel only."""
