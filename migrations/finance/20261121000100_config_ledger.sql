-- What the books need before the first posting. Each row is needed in every environment.

-- ISO 4217, list one of 2026-01-01: the currencies that can be banked.
insert into ledger.currencies (code, exponent) values
  ('AUD', 2), ('CAD', 2), ('CHF', 2), ('CZK', 2), ('DKK', 2), ('EUR', 2), ('GBP', 2), ('HUF', 2), ('ISK', 0),
  ('JPY', 0), ('KWD', 3), ('NOK', 2), ('NZD', 2), ('PLN', 2), ('SEK', 2), ('USD', 2)
on conflict (code) do nothing;

insert into ledger.chart_of_accounts (code, type, name) values
  ('1000', 'asset', '{"de": "Bank", "en": "Bank"}'),
  ('1010', 'asset', '{"de": "Auszahlung des Zahlungsdienstes unterwegs", "en": "Processor payout in transit"}'),
  ('1020', 'asset', '{"de": "Zahlungen an Partner unterwegs", "en": "Partner payments in flight"}'),
  ('1200', 'asset', '{"de": "Verrechnung Zahlungsdienst", "en": "Processor clearing"}'),
  ('1210', 'asset', '{"de": "Einbehalten wegen Rückbuchungen", "en": "Disputes held"}'),
  ('1300', 'asset', '{"de": "Gift Aid, noch nicht beantragt", "en": "Gift Aid accrued, unclaimed"}'),
  ('1310', 'asset', '{"de": "Gift Aid, beantragt", "en": "Gift Aid claimed"}'),
  ('1320', 'asset', '{"de": "Kleinspendenzuschuss, Forderung", "en": "GASDS receivable"}'),
  ('1400', 'asset', '{"de": "Forderungen aus Lieferungen und Leistungen", "en": "Trade debtors"}'),
  ('1500', 'asset', '{"de": "Forderungen aus Zuwendungen", "en": "Grants receivable"}'),
  ('1900', 'asset', '{"de": "Fremdwährungsposition", "en": "FX position"}'),
  ('1999', 'asset', '{"de": "Klärungskonto", "en": "Suspense"}'),
  ('2100', 'liability', '{"de": "Verbindlichkeiten gegenüber Partnern", "en": "Partner payable"}'),
  ('2200', 'liability', '{"de": "Umsatzsteuer", "en": "VAT"}'),
  ('2300', 'liability', '{"de": "Zu viel erhaltenes Gift Aid", "en": "HMRC over-claim"}'),
  ('2400', 'liability', '{"de": "Rückzahlbare Zuwendungen", "en": "Grants repayable"}'),
  ('3900', 'fund', '{"de": "Umbuchungen zwischen Fonds", "en": "Transfers between funds"}'),
  ('3920', 'fund', '{"de": "Währungsumtausch eines Fonds", "en": "FX transfer of a fund"}'),
  ('4000', 'income', '{"de": "Spenden", "en": "Donations"}'),
  ('4010', 'income', '{"de": "Gift Aid", "en": "Gift Aid"}'),
  ('4020', 'income', '{"de": "Kleinspendenzuschuss", "en": "GASDS"}'),
  ('4030', 'income', '{"de": "Vom Spender übernommene Gebühren", "en": "Fee cover"}'),
  ('4040', 'income', '{"de": "Zuwendungen an die Plattform", "en": "Platform tips"}'),
  ('4100', 'income', '{"de": "Zuwendungen", "en": "Grants"}'),
  ('4500', 'income', '{"de": "Umsatzerlöse", "en": "Sales"}'),
  ('5000', 'expense', '{"de": "Zuwendungen an Partner", "en": "Grants to partners"}'),
  ('5100', 'expense', '{"de": "Gebühren der Zahlungsdienste", "en": "Processor fees"}'),
  ('5110', 'expense', '{"de": "Von der Plattform getragene Gebühren", "en": "Fee cover by platform"}'),
  ('5120', 'expense', '{"de": "Gebühren für Rückbuchungen", "en": "Dispute fees"}'),
  ('5130', 'expense', '{"de": "Gebühren für Währungsumtausch", "en": "FX fees"}'),
  ('5900', 'expense', '{"de": "Forderungsausfälle", "en": "Bad debt"}')
on conflict (code) do nothing;

-- UK tax years, 6 April to 5 April.
insert into ledger.accounting_periods (span)
select daterange(make_date(year, 4, 6), make_date(year + 1, 4, 6))
from generate_series(2024, 2030) as year
where not exists (
  select 1 from ledger.accounting_periods p
  where p.span && daterange(make_date(year, 4, 6), make_date(year + 1, 4, 6))
)
order by year;

-- What was given for no project in particular. Id: UUID v5 of finance.fund, GEN.
insert into ledger.funds (id, code, restriction) values
  ('04b25f59-033c-502c-ac71-430477286633', 'GEN', 'unrestricted')
on conflict (code) do nothing;

insert into ledger.chain_head (seq, hash) values (0, sha256('genesis')) on conflict (one) do nothing;
