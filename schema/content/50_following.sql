-- content: what follows here when the platform merges or erases a contact.

create function content.contact_now(p_contact uuid) returns uuid
  language plpgsql stable
  set search_path = ''
as $$
begin
  return coalesce((
    with recursive up (id) as (
      select p_contact
      union
      select r.merged_into_ref from content.ref_contacts r join up on up.id = r.id where r.merged_into_ref is not null
    )
    select up.id from up
    where not exists (select from content.ref_contacts r where r.id = up.id and r.merged_into_ref is not null)
  ), p_contact);
end
$$;
comment on function content.contact_now(uuid) is 'The contact that one was merged into in the end; itself if it was not.';

-- What is written after the platform told of a contact names whom it was told of too. Whoever writes such a name waits for a
-- merge or an erasure that is being taken, and it for them: take_contact locks against this lock. Taken before any row is
-- locked, so that neither waits for the other.
create function content.hold_names() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  lock table content.ref_contacts in row exclusive mode;
  return null;
end
$$;
comment on function content.hold_names() is
  'Before a statement names authors: what is told of them at the same time is seen.';
create trigger hold_names before insert or update of author_ref on cms.blog_posts
  for each statement execute function content.hold_names();
create trigger hold_names before insert or update of author_ref on cms.pages
  for each statement execute function content.hold_names();

create function cms.follow_author() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  new.author_ref := content.contact_now(new.author_ref);
  if exists (select from content.ref_contacts r where r.id = new.author_ref and r.status = 'erased') then
    new.author_ref := null;
  end if;
  return new;
end
$$;
comment on function cms.follow_author() is
  'Before insert or update: a text names the contact that a merged author became, and nobody who was erased.';
create trigger follow_author before insert or update of author_ref on cms.blog_posts
  for each row when (new.author_ref is not null) execute function cms.follow_author();
create trigger follow_author before insert or update of author_ref on cms.pages
  for each row when (new.author_ref is not null) execute function cms.follow_author();

create index blog_posts_author_ref_idx on cms.blog_posts (author_ref);
create index pages_author_ref_idx on cms.pages (author_ref);

create function content.take_contact(p_consumer text, p_message uuid, p_contact uuid, p_fact jsonb, p_status text)
  returns boolean
  language plpgsql
  set search_path = ''
as $$
declare
  -- All that is kept of whoever was never heard of before, and of the erased.
  c_nameless constant jsonb := '{"de": "(ohne Namen)", "en": "(no name)"}';
  v_fresh bigint;
  v_now uuid;
  v_tree uuid[];
  v_erased boolean;
begin
  insert into content.inbox_dedup (consumer, message_id) values (p_consumer, p_message) on conflict do nothing;
  get diagnostics v_fresh = row_count;
  if v_fresh = 0 then
    return false;
  end if;
  -- Two facts of one story that come at once are taken one after the other.
  lock table content.ref_contacts in share row exclusive mode;
  insert into content.ref_contacts as c (id, version, label, status, merged_into_ref)
  values (p_contact, (p_fact ->> 'version')::integer, c_nameless, p_status, (p_fact ->> 'merged_into')::uuid)
  on conflict (id) do update
  set version = excluded.version, label = case excluded.status when 'erased' then excluded.label else c.label end,
      status = excluded.status, merged_into_ref = excluded.merged_into_ref;
  v_now := content.contact_now(p_contact);
  with recursive down (id) as (
    select v_now
    union
    select r.id from content.ref_contacts r join down on r.merged_into_ref = down.id
  )
  select array_agg(d.id) into v_tree from down d;
  v_erased := exists (select from content.ref_contacts r where r.id = v_now and r.status = 'erased');

  update cms.blog_posts
  set author_ref = case when not v_erased then v_now end, updated_by = null
  where author_ref = any (v_tree) and (v_erased or author_ref <> v_now);
  update cms.pages
  set author_ref = case when not v_erased then v_now end, updated_by = null
  where author_ref = any (v_tree) and (v_erased or author_ref <> v_now);
  if v_erased then
    update cms.cms_users set status = 'disabled', updated_by = null
    where contact_ref = any (v_tree) and status = 'active';
  end if;
  return true;
end
$$;
comment on function content.take_contact(text, uuid, uuid, jsonb, text) is
  'Keeps that a contact was merged or erased, once for each message: what it wrote goes to the one that it became, or to nobody, and who is erased edits no more; false: it was taken before.';
grant execute on function content.contact_now(uuid), content.take_contact(text, uuid, uuid, jsonb, text) to content_writer;
