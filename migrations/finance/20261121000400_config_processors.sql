-- Who processes payments. Each row is needed in every environment.
insert into giving.processors (code, name, kind, currencies, clearing_code, refunds_fee) values
  ('manual', 'Recorded by hand', 'manual', '{EUR,GBP,USD}', '1200', true),
  ('bank_transfer', 'Bank transfer', 'bank_transfer', '{EUR,GBP,USD}', '1000', true),
  ('stripe', 'Stripe', 'card', '{AUD,CAD,CHF,CZK,DKK,EUR,GBP,HUF,JPY,NOK,NZD,PLN,SEK,USD}', '1200', false),
  ('paypal', 'PayPal', 'wallet', '{AUD,CAD,CHF,CZK,DKK,EUR,GBP,HUF,JPY,NOK,NZD,PLN,SEK,USD}', '1200', false),
  ('gocardless', 'GoCardless', 'direct_debit', '{AUD,CAD,DKK,EUR,GBP,NZD,SEK,USD}', '1200', false)
on conflict (code) do nothing;
