-- finance: the tables whose changes are noted in the audit log, each with the name of its entity, the columns that are not
-- shown there, and the column of its key where that is not id. What the migrator loads is noted in its own history.

create trigger record_change after insert or update or delete on finance.webhook_events
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('webhook_event', 'payload');
create trigger record_change after insert or update or delete on ledger.currencies
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('currency', '', 'code');
create trigger record_change after insert or update or delete on ledger.chart_of_accounts
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('nominal_code', '', 'code');
create trigger record_change after insert or update or delete on ledger.funds
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('fund');
create trigger record_change after insert or update or delete on ledger.accounts
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('account');
create trigger record_change after insert or update or delete on ledger.accounting_periods
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('accounting_period');
create trigger record_change after insert or update or delete on ledger.journal_kinds
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('journal_kind', '', 'kind');
create trigger record_change after insert or update or delete on ledger.journal_proposals
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('journal_proposal');
create trigger record_change after insert or update or delete on ledger.shortfalls
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('shortfall');
create trigger record_change after insert or update or delete on giving.contributors
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('contributor');
create trigger record_change after insert or update or delete on giving.contributions
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('contribution');
create trigger record_change after insert or update or delete on giving.contributor_identities
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('contributor_identity', 'title,first_name,last_name');
create trigger record_change after insert or update or delete on giving.contributor_addresses
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('contributor_address', 'house,street,postcode');
create trigger record_change after insert or update or delete on giving.contributor_consents
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('contributor_consent');
create trigger record_change after insert or update or delete on giving.processors
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('processor', '', 'code');
create trigger record_change after insert or update or delete on giving.recurring_mandates
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('recurring_mandate');
create trigger record_change after insert or update or delete on giving.processor_fees
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('processor_fee');
create trigger record_change after insert or update or delete on giving.payouts
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('payout');
create trigger record_change after insert or update or delete on giving.refunds
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('refund');
create trigger record_change after insert or update or delete on giving.disputes
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('dispute');
create trigger record_change after insert or update or delete on giving.payout_items
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('payout_item');
create trigger record_change after insert or update or delete on giving.processor_balances
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('processor_balance');
create trigger record_change after insert or update or delete on giving.allocations
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('allocation');
create trigger record_change after insert or update or delete on giving.conversions
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('conversion');
create trigger record_change after insert or update or delete on giving.grants
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('grant');
create trigger record_change after insert or update or delete on giving.grant_receipts
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('grant_receipt');
create trigger record_change after insert or update or delete on giving.partner_bank_accounts
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('partner_bank_account', 'details_ciphertext,details_key_id,details_fingerprint');
create trigger record_change after insert or update or delete on giving.disbursements
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('disbursement');
create trigger record_change after insert or update or delete on giving.disbursement_lines
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('disbursement_line');
create trigger record_change after insert or update or delete on giving.disbursement_approvals
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('disbursement_approval');
create trigger record_change after insert or update or delete on giving.disbursement_attempts
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('disbursement_attempt');
create trigger record_change after insert or update or delete on finance.bank_accounts
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('bank_account');
create trigger record_change after insert or update or delete on finance.bank_statements
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('bank_statement');
create trigger record_change after insert or update or delete on finance.bank_lines
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('bank_line');
create trigger record_change after insert or update or delete on finance.recon_matches
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('recon_match');
create trigger record_change after insert or update or delete on finance.recon_runs
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('recon_run');
create trigger record_change after insert or update or delete on giftaid.tax_rates
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('gift_aid_rate', '', 'tax_year');
create trigger record_change after insert or update or delete on giftaid.claimants
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('claimant');
create trigger record_change after insert or update or delete on giftaid.declaration_wordings
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('declaration_wording');
create trigger record_change after insert or update or delete on giftaid.declarations
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('declaration', 'ip,user_agent');
create trigger record_change after insert or update or delete on giftaid.declaration_statements
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('declaration_statement');
create trigger record_change after insert or update or delete on giftaid.claims
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('claim');
create trigger record_change after insert or update or delete on giftaid.aggregates
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('aggregate');
create trigger record_change after insert or update or delete on giftaid.aggregate_items
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('aggregate_item');
create trigger record_change after insert or update or delete on giftaid.claim_lines
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('claim_line', 'title,first_name,last_name,house,postcode');
create trigger record_change after insert or update or delete on giftaid.adjustments
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('adjustment');
create trigger record_change after insert or update or delete on giftaid.gasds_buildings
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('gasds_building');
create trigger record_change after insert or update or delete on giftaid.gasds_claims
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('gasds_claim');
create trigger record_change after insert or update or delete on giftaid.gasds_collections
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('gasds_collection');
create trigger record_change after insert or update or delete on giftaid.accruals
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('accrual');
create trigger record_change after insert or update or delete on giftaid.claim_messages
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('claim_message', 'body');
create trigger record_change after insert or update or delete on trade.tax_codes
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('tax_code', '', 'code');
create trigger record_change after insert or update or delete on trade.tax_rates
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('tax_rate', '', 'code');
create trigger record_change after insert or update or delete on trade.products
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('product');
create trigger record_change after insert or update or delete on trade.bundle_items
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('bundle_item');
create trigger record_change after insert or update or delete on trade.application_types
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('application_type');
create trigger record_change after insert or update or delete on trade.product_application_types
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('product_application_type');
create trigger record_change after insert or update or delete on trade.quotes
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('quote');
create trigger record_change after insert or update or delete on trade.quote_lines
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('quote_line');
create trigger record_change after insert or update or delete on trade.quote_allocations
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('quote_allocation');
create trigger record_change after insert or update or delete on trade.quote_responsibilities
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('quote_responsibility');
create trigger record_change after insert or update or delete on trade.issued_invoices
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('issued_invoice');
create trigger record_change after insert or update or delete on trade.issued_invoice_lines
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('issued_invoice_line');
create trigger record_change after insert or update or delete on trade.invoice_payments
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('invoice_payment');
create trigger record_change after insert or update or delete on trade.invoice_documents
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('invoice_document');
create trigger record_change after insert or update or delete on trade.credit_notes
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('credit_note');
create trigger record_change after insert or update or delete on trade.credit_note_lines
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('credit_note_line');
create trigger record_change after insert or update or delete on trade.dunning_rules
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('dunning_rule');
create trigger record_change after insert or update or delete on trade.dunning_stops
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('dunning_stop');
create trigger record_change after insert or update or delete on trade.dunning_notices
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('dunning_notice');
create trigger record_change after insert or update or delete on trade.captured_invoices
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('captured_invoice');
create trigger record_change after insert or update or delete on trade.captured_invoice_lines
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('captured_invoice_line');
create trigger record_change after insert or update or delete on trade.captured_invoice_allocations
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('captured_invoice_allocation');
create trigger record_change after insert or update or delete on trade.captured_invoice_payments
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('captured_invoice_payment');
create trigger record_change after insert or update or delete on trade.sellers
  for each row when (session_user <> 'finance_migrator')
  execute function finance.record_change('seller');
