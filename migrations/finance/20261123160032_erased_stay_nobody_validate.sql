-- Validate constraint "contributors_erased_is_nobody" of table "giving.contributors"
alter table giving.contributors validate constraint contributors_erased_is_nobody;
