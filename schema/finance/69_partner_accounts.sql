-- finance: where partners are paid, as it is written down.

-- Definer: it keeps the key, which no application role may.
create function giving.create_partner_bank_account(
  p_scope text, p_key text, p_fingerprint bytea, p_account jsonb, p_actor uuid)
  returns table (account giving.partner_bank_accounts, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row giving.partner_bank_accounts := jsonb_populate_record(null::giving.partner_bank_accounts, p_account);
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::giving.partner_bank_accounts, v_answer), true;
    return;
  end if;
  perform 1 from finance.ref_partners where id = v_row.partner_ref;
  if not found then
    raise exception 'nothing is known of partner %', v_row.partner_ref
      using errcode = '23503', constraint = 'partner_bank_accounts_partner_ref_fkey',
            schema = 'giving', table = 'partner_bank_accounts';
  end if;
  -- The index knows marks of one key only; an account from before a new key has the mark of an older one.
  perform 1 from giving.partner_bank_accounts a
  where a.partner_ref = v_row.partner_ref and a.status <> 'retired'
    and a.details_fingerprint in (select m.value::bytea from jsonb_array_elements_text(p_account -> 'marks') m);
  if found then
    raise exception 'partner % has this account', v_row.partner_ref
      using errcode = '23505', constraint = 'partner_bank_accounts_details_key',
            schema = 'giving', table = 'partner_bank_accounts';
  end if;
  insert into giving.partner_bank_accounts (
    id, partner_ref, holder_name, currency, country, details_ciphertext, details_key_id, details_fingerprint, last_four,
    created_by, updated_by)
  values (
    v_row.id, v_row.partner_ref, v_row.holder_name, v_row.currency, v_row.country, v_row.details_ciphertext,
    v_row.details_key_id, v_row.details_fingerprint, v_row.last_four, p_actor, p_actor)
  returning * into v_row;
  perform finance.answer_key(
    p_scope, p_key, 201::smallint, to_jsonb(v_row) - '{details_ciphertext,details_key_id,details_fingerprint}'::text[]);
  return query select v_row, false;
end
$$;
comment on function giving.create_partner_bank_account(text, text, bytea, jsonb, uuid) is
  'Writes down where a partner is paid; marks: what the details are known again by, under each key. Breaks idempotency_keys_fingerprint (P0422), partner_bank_accounts_pkey, partner_bank_accounts_details_key (23505), partner_bank_accounts_partner_ref_fkey, partner_bank_accounts_currency_fkey (23503) or a check of partner_bank_accounts (23514).';
grant execute on function giving.create_partner_bank_account(text, text, bytea, jsonb, uuid) to finance_writer;
