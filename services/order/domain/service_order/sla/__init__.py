"""The SLA clocks of an order: attached, coupled to what happens, asked by hand and by timers. Source: sla, STR-01 to STR-12."""
