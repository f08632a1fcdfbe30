-- Drop trigger "record_change" of table "ledger.journals"
drop trigger record_change on ledger.journals;
