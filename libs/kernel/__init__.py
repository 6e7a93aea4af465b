"""The words of the system: decider, view, policy, money, period, worktime, ids. Pure, standard library only."""
