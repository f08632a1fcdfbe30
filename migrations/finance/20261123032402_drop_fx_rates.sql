-- aruuri:allow-loss finance.fx_rates no route ever wrote it; the rows that replays find are those of the check itself
-- aruuri:phase contract nothing reads it: conversions and presentments keep the rate that was paid, which no published one replaces

-- Drop table "finance.fx_rates"
drop table finance.fx_rates;
