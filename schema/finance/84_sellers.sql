-- finance: who we are, as it stands on what we sell.

create table trade.sellers (
  id uuid not null default gen_random_uuid(),
  valid_from date not null,
  name text not null
    constraint sellers_name_length check (length(btrim(name)) > 0 and length(name) <= 200),
  street text not null
    constraint sellers_street_length check (length(btrim(street)) > 0 and length(street) <= 200),
  postal_code text not null
    constraint sellers_postal_code_length check (length(btrim(postal_code)) > 0 and length(postal_code) <= 20),
  city text not null
    constraint sellers_city_length check (length(btrim(city)) > 0 and length(city) <= 100),
  country text not null
    constraint sellers_country_shape check (country ~ '^[A-Z]{2}$'),
  vat_number text
    constraint sellers_vat_number_shape check (vat_number ~ '^[A-Z]{2}[0-9A-Z]{2,13}$'),
  company_number text
    constraint sellers_company_number_shape check (company_number ~ '^[0-9A-Z]{1,20}$'),
  charity_number text
    constraint sellers_charity_number_shape check (charity_number ~ '^[0-9A-Z-]{1,20}$'),
  email text
    constraint sellers_email_length check (length(btrim(email)) > 0 and length(email) <= 254),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint sellers_pkey primary key (id)
);
comment on table trade.sellers is
  'Our name, address and numbers in time; the latest row of the latest first day counts. A change is a new row, and an invoice keeps what it was issued with.';
comment on column trade.sellers.id is 'Identity.';
comment on column trade.sellers.valid_from is 'First day on which it stands on documents.';
comment on column trade.sellers.name is 'Our name by law.';
comment on column trade.sellers.street is 'Street and number.';
comment on column trade.sellers.postal_code is 'Postcode.';
comment on column trade.sellers.city is 'Town.';
comment on column trade.sellers.country is 'ISO 3166-1 alpha-2 code.';
comment on column trade.sellers.vat_number is 'Our number for value added tax, with its country: GB123456789; null: not registered.';
comment on column trade.sellers.company_number is 'Our number in the register of companies; null: none.';
comment on column trade.sellers.charity_number is 'Our number in the register of charities; null: none.';
comment on column trade.sellers.email is 'Where questions go; null: not said.';
comment on column trade.sellers.created_at is 'When the row was written.';
comment on column trade.sellers.created_by is 'Contact who wrote it (platform); null: the system.';

create index sellers_valid_from_idx on trade.sellers (valid_from desc, created_at desc, id desc);

revoke update on trade.sellers from finance_writer;
create trigger refuse_change before update or delete on trade.sellers
  for each row execute function finance.refuse_change();
create trigger refuse_truncate before truncate on trade.sellers
  for each statement execute function finance.refuse_change();
alter table trade.sellers enable always trigger refuse_change;
alter table trade.sellers enable always trigger refuse_truncate;

-- Definer: it keeps the key, which no application role may.
create function trade.create_seller(p_scope text, p_key text, p_fingerprint bytea, p_seller jsonb, p_actor uuid)
  returns table (seller trade.sellers, replayed boolean)
  language plpgsql security definer
  set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_answer jsonb;
  v_row trade.sellers := jsonb_populate_record(null::trade.sellers, p_seller);
begin
  v_answer := finance.claim_key(p_scope, p_key, p_fingerprint);
  if v_answer is not null then
    return query select jsonb_populate_record(null::trade.sellers, v_answer), true;
    return;
  end if;
  insert into trade.sellers (
    id, valid_from, name, street, postal_code, city, country, vat_number, company_number, charity_number, email,
    created_by)
  values (
    coalesce(v_row.id, gen_random_uuid()), coalesce(v_row.valid_from, finance.today()), v_row.name, v_row.street,
    v_row.postal_code, v_row.city, v_row.country, v_row.vat_number, v_row.company_number, v_row.charity_number,
    v_row.email, p_actor)
  returning * into v_row;
  perform finance.answer_key(p_scope, p_key, 201::smallint, to_jsonb(v_row));
  return query select v_row, false;
end
$$;
comment on function trade.create_seller(text, text, bytea, jsonb, uuid) is
  'Says who we are from a day on. Breaks idempotency_keys_fingerprint (P0422), sellers_pkey (23505) or a check of sellers (23514).';
grant execute on function trade.create_seller(text, text, bytea, jsonb, uuid) to finance_writer;

-- What a VAT invoice must say (Value Added Tax Regulations 1995, reg. 14; VAT Notice 700, 16.3); what else it must say
-- follows from its lines. Up to 250 pounds the customer may be left out (reg. 16).
create function trade.seller_of(p_invoice trade.issued_invoices) returns jsonb
  language plpgsql stable
  set search_path = ''
as $$
declare
  v_seller trade.sellers;
  v_vat numeric;
begin
  select * into v_seller from trade.sellers where valid_from <= finance.today()
  order by valid_from desc, created_at desc, id desc limit 1;
  if not found then
    raise exception 'nobody has said who issues invoice %', p_invoice.id
      using errcode = 'P0409', constraint = 'issued_invoices_seller_known', schema = 'trade', table = 'issued_invoices';
  end if;
  select coalesce(sum(l.tax_minor), 0) into v_vat from trade.issued_invoice_lines l
  where l.invoice_id = p_invoice.id and l.deleted_at is null and l.tax_code like 'GB\_%';
  if v_vat <> 0 and v_seller.vat_number is null then
    raise exception 'invoice % charges VAT, and we have no number for it', p_invoice.id
      using errcode = 'P0409', constraint = 'issued_invoices_vat_number', schema = 'trade', table = 'issued_invoices';
  end if;
  if v_vat <> 0 and p_invoice.currency <> 'GBP' then
    raise exception 'the VAT of invoice % is in %', p_invoice.id, p_invoice.currency
      using errcode = 'P0409', constraint = 'issued_invoices_vat_in_pounds', schema = 'trade', table = 'issued_invoices';
  end if;
  if v_vat <> 0 and p_invoice.total_minor > 25000 and (
    p_invoice.customer ->> 'street' is null or coalesce(p_invoice.customer ->> 'city', p_invoice.customer ->> 'postal_code') is null)
  then
    raise exception 'the customer of invoice % has no address', p_invoice.id
      using errcode = 'P0409', constraint = 'issued_invoices_customer_address', schema = 'trade', table = 'issued_invoices';
  end if;
  return jsonb_strip_nulls(to_jsonb(v_seller) - '{id,valid_from,created_at,created_by}'::text[]);
end
$$;
comment on function trade.seller_of(trade.issued_invoices) is
  'Who issues an invoice today, once it says all that a VAT invoice must. Breaks issued_invoices_seller_known, issued_invoices_vat_number, issued_invoices_vat_in_pounds, issued_invoices_customer_address (P0409).';

create function trade.check_seller() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  raise exception 'invoice % does not say who issues it', new.id
    using errcode = '23514', constraint = 'issued_invoices_sent_names_seller', schema = 'trade', table = 'issued_invoices';
end
$$;
comment on function trade.check_seller() is
  'Before an invoice is sent: it says who issues it; breaks issued_invoices_sent_names_seller.';
create trigger check_seller before update of status on trade.issued_invoices
  for each row when (new.status = 'sent' and old.status <> 'sent' and new.seller is null)
  execute function trade.check_seller();
