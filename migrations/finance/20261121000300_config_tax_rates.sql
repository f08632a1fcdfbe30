-- Rates of tax that are law. Each row is needed in every environment.

-- Basic rate of income tax, hundredths of a percent, by the year in which the tax year begins (Finance Acts).
insert into giftaid.tax_rates (tax_year, basic_rate_bp)
select year, 2000 from generate_series(2008, 2026) as year
on conflict (tax_year) do nothing;

insert into trade.tax_codes (code, country, name) values
  ('GB_STANDARD', 'GB', '{"de": "Britische Umsatzsteuer, Normalsatz", "en": "UK VAT, standard rate"}'),
  ('GB_REDUCED', 'GB', '{"de": "Britische Umsatzsteuer, ermäßigt", "en": "UK VAT, reduced rate"}'),
  ('GB_ZERO', 'GB', '{"de": "Britische Umsatzsteuer, Nullsatz", "en": "UK VAT, zero rate"}'),
  ('GB_EXEMPT', 'GB', '{"de": "Von der britischen Umsatzsteuer befreit", "en": "Exempt from UK VAT"}'),
  ('GB_OUTSIDE', 'GB', '{"de": "Außerhalb der britischen Umsatzsteuer", "en": "Outside the scope of UK VAT"}'),
  ('DE_STANDARD', 'DE', '{"de": "Umsatzsteuer, Regelsatz", "en": "German VAT, standard rate"}'),
  ('DE_REDUCED', 'DE', '{"de": "Umsatzsteuer, ermäßigt", "en": "German VAT, reduced rate"}'),
  ('DE_ZERO', 'DE', '{"de": "Umsatzsteuer, Nullsatz", "en": "German VAT, zero rate"}'),
  ('DE_EXEMPT', 'DE', '{"de": "Umsatzsteuerfrei", "en": "Exempt from German VAT"}'),
  ('DE_REVERSE', 'DE', '{"de": "Steuerschuldnerschaft des Leistungsempfängers", "en": "German VAT, reverse charge"}')
on conflict (code) do nothing;

-- Germany lowered its rates for the second half of 2020; photovoltaics are taxed at zero since 2023.
insert into trade.tax_rates (code, valid_from, valid_to, rate_bp) values
  ('GB_STANDARD', '2011-01-04', null, 2000),
  ('GB_REDUCED', '1997-09-01', null, 500),
  ('GB_ZERO', '1973-04-01', null, 0),
  ('GB_EXEMPT', '1973-04-01', null, 0),
  ('GB_OUTSIDE', '1973-04-01', null, 0),
  ('DE_STANDARD', '2007-01-01', '2020-07-01', 1900),
  ('DE_STANDARD', '2020-07-01', '2021-01-01', 1600),
  ('DE_STANDARD', '2021-01-01', null, 1900),
  ('DE_REDUCED', '1983-07-01', '2020-07-01', 700),
  ('DE_REDUCED', '2020-07-01', '2021-01-01', 500),
  ('DE_REDUCED', '2021-01-01', null, 700),
  ('DE_ZERO', '2023-01-01', null, 0),
  ('DE_EXEMPT', '1968-01-01', null, 0),
  ('DE_REVERSE', '2004-04-01', null, 0)
on conflict (code, valid_from) do nothing;
