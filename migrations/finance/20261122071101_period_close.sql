-- Comments and privileges of function "ledger.close_period(integer, uuid)"
grant execute on function ledger.close_period(integer, uuid) to finance_writer;
