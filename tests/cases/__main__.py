"""Running the cases: python -m tests.cases."""

from tests.cases import sla

results = list(sla.run())
for name, status, wanted, got in results:
    if status != "pass":
        print(name, status, wanted, got)
print(f"sla: {sum(status == 'pass' for _, status, _, _ in results)} of {len(results)}")
