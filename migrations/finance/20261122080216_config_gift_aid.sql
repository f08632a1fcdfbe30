-- aruuri:allow-loss ledger.journal_kinds.codes a rejected claim is reversed whole, so its kind takes more accounts
-- aruuri:allow-loss ledger.journal_kinds.may_force the reversal of rounding may find the fund spent

-- A rejected claim is reversed whole: with its rounding and with what it gave back. Needed in every environment.
update ledger.journal_kinds set codes = '{1300,1310,2300,4010}', may_force = true where kind = 'gift_aid.rejected';
