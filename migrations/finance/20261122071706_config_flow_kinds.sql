-- aruuri:allow-loss ledger.journal_kinds.codes a kind may touch more codes than before, none less

-- What journals of a kind may touch: gifts by bank transfer, and the fee that is known when a gift settles.
update ledger.journal_kinds set codes = '{1000,1200,4000,4030,4040,5100}' where kind = 'contribution.settled';
update ledger.journal_kinds set codes = '{1000,1200,4000,4030,4040,5100,5110}' where kind = 'refund.settled';
