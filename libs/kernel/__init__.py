"""The words of the system: decider, view, policy, money, period, ids. Pure, standard library only."""
