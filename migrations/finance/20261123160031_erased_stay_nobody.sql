-- Drop constraint "contributors_erased_is_nobody" of table "giving.contributors", to be made again
alter table giving.contributors drop constraint contributors_erased_is_nobody;

-- Create constraint "contributors_erased_is_nobody" of table "giving.contributors"
alter table giving.contributors add constraint contributors_erased_is_nobody check (((erased_at is null) or ((email is null) and (contact_ref is null) and (display_name = 'Erased'::text)))) not valid;
