-- Drop function "ledger.uuid7()"
-- aruuri:phase contract only functions of the database called it, and they call finance.uuid7 now
drop function ledger.uuid7();
