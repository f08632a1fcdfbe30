-- A partition per month to begin with; the scheduled job makes the ones after them.

select audit.ensure_partitions('2026-10-01', 15);
