-- content: what was published, word for word, and who looked at it before.

create table cms.content_revisions (
  id uuid not null default gen_random_uuid(),
  entity_type text not null
    constraint content_revisions_entity_type_known check (
      entity_type in (
        'page', 'blog_post', 'project_content', 'partner_content', 'mission_content'
      )
    ),
  entity_id uuid not null,
  edition integer not null
    constraint content_revisions_edition_range check (edition between 1 and 1000000),
  content jsonb not null
    constraint content_revisions_content_object check (jsonb_typeof(content) = 'object'),
  content_sha256 content.sha256 not null,
  note text
    constraint content_revisions_note_length check (length(btrim(note)) > 0 and length(note) <= 500),
  published_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint content_revisions_pkey primary key (id),
  constraint content_revisions_edition_key unique (entity_type, entity_id, edition)
);
comment on table cms.content_revisions is
  'Snapshots of what was published; what readers saw on a day can be shown for ever.';
comment on column cms.content_revisions.id is 'Identity.';
comment on column cms.content_revisions.entity_type is 'Entity, singular.';
comment on column cms.content_revisions.entity_id is 'Id of that entity.';
comment on column cms.content_revisions.edition is 'Counts the publications of the entity from 1.';
comment on column cms.content_revisions.content is 'The entity with its parts as published, a JSON object.';
comment on column cms.content_revisions.content_sha256 is 'SHA-256 of the content as text.';
comment on column cms.content_revisions.note is 'What changed, in the words of who published; null: not said.';
comment on column cms.content_revisions.published_at is 'When.';
comment on column cms.content_revisions.created_at is 'When the row was written.';
comment on column cms.content_revisions.created_by is 'Contact who wrote it (platform); null: the system.';

revoke update on cms.content_revisions from content_writer;
create trigger refuse_change before update or delete on cms.content_revisions
  for each row execute function content.refuse_change();
create trigger refuse_truncate before truncate on cms.content_revisions
  for each statement execute function content.refuse_change();
alter table cms.content_revisions enable always trigger refuse_change;
alter table cms.content_revisions enable always trigger refuse_truncate;

create table cms.content_reviews (
  id uuid not null default gen_random_uuid(),
  entity_type text not null
    constraint content_reviews_entity_type_known check (
      entity_type in (
        'page', 'blog_post', 'project_content', 'partner_content', 'mission_content'
      )
    ),
  entity_id uuid not null,
  entity_version integer not null
    constraint content_reviews_entity_version_range check (entity_version between 1 and 2000000000),
  reviewer_id uuid not null,
  decision text not null
    constraint content_reviews_decision_known check (decision in ('approve', 'return', 'comment')),
  comment text
    constraint content_reviews_comment_length check (length(btrim(comment)) > 0 and length(comment) <= 2000),
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint content_reviews_pkey primary key (id),
  constraint content_reviews_reviewer_id_fkey foreign key (reviewer_id)
    references cms.cms_users (id) on delete restrict,
  constraint content_reviews_return_says_why check (decision = 'approve' or comment is not null)
);
comment on table cms.content_reviews is 'What reviewers said to what was put before them.';
comment on column cms.content_reviews.id is 'Identity.';
comment on column cms.content_reviews.entity_type is 'Entity, singular.';
comment on column cms.content_reviews.entity_id is 'Id of that entity.';
comment on column cms.content_reviews.entity_version is 'Version that was looked at.';
comment on column cms.content_reviews.reviewer_id is 'Who looked.';
comment on column cms.content_reviews.decision is 'What they said.';
comment on column cms.content_reviews.comment is 'In words; null: nothing.';
comment on column cms.content_reviews.created_at is 'When the row was written.';
comment on column cms.content_reviews.created_by is 'Contact who wrote it (platform); null: the system.';

create index content_reviews_reviewer_id_idx on cms.content_reviews (reviewer_id);
create index content_reviews_entity_idx on cms.content_reviews (entity_type, entity_id, created_at desc, id desc);

revoke update on cms.content_reviews from content_writer;
create trigger refuse_change before update or delete on cms.content_reviews
  for each row execute function content.refuse_change();
create trigger refuse_truncate before truncate on cms.content_reviews
  for each statement execute function content.refuse_change();
alter table cms.content_reviews enable always trigger refuse_change;
alter table cms.content_reviews enable always trigger refuse_truncate;
