//! Functions, triggers, policies, types, privileges, comments.

use super::{Edit, Rows};

pub(super) const EDITS: &[Edit] = &[
    Edit {
        name: "21 the body of a function",
        changes: &[
            ("$$ select lower(btrim(value)) $$", "$$ select lower(value) $$"),
            ("  new.touched_at := now();\n", "  new.touched_at := clock_timestamp();\n"),
        ],
        statements: Some(2),
        has: &["create or replace function app.norm(value text)"],
        ..Edit::NEW
    },
    Edit {
        name: "22 the signature of a function that a policy uses",
        changes: &[
            (
                "create function app.may_see(owner bigint)",
                "create function app.may_see(owner bigint, strict boolean)",
            ),
            ("using (app.may_see(owner_id))", "using (app.may_see(owner_id, true))"),
            (
                "revoke execute on function app.may_see(bigint) from public",
                "revoke execute on function app.may_see(bigint, boolean) from public",
            ),
            (
                "grant execute on function app.may_see(bigint)",
                "grant execute on function app.may_see(bigint, boolean)",
            ),
        ],
        hazards: &["AR105"],
        has: &[
            "alter policy see",
            "drop function app.may_see(bigint)",
            "grant execute on function app.may_see(bigint, boolean) to finance_reader",
        ],
        ..Edit::NEW
    },
    Edit {
        name: "22 another name of a parameter, with a policy that stays",
        changes: &[
            (
                "create function app.may_see(owner bigint)",
                "create function app.may_see(who bigint)",
            ),
            ("$$ select owner > 0 $$", "$$ select who > 0 $$"),
        ],

        has: &[
            "drop policy see",
            "create policy see",
            "comment on policy see",
            "grant execute on function app.may_see(bigint) to finance_reader",
        ],
        ..Edit::NEW
    },
    Edit {
        name: "23 the result of a function",
        changes: &[(
            "create function app.label(id bigint) returns text language sql immutable as $$ select 'no ' || id $$;",
            "create function app.label(id bigint) returns varchar language sql immutable as $$ select 'no ' || id $$;",
        )],
        has: &["drop function app.label(bigint)"],
        ..Edit::NEW
    },
    Edit {
        name: "24 triggers",
        changes: &[
            (
                "before update of due_on on app.tasks",
                "before insert or update of due_on, title on app.tasks",
            ),
            (
                "alter table app.tasks enable always trigger touch;",
                "alter table app.tasks enable replica trigger touch;",
            ),
            (
                "create trigger touch before update on app.tasks for each row execute",
                "create trigger touch before update on app.tasks for each row when (old.amount is distinct from new.amount) execute",
            ),
            (
                "alter table app.events_rest disable trigger log;",
                "alter table app.events disable trigger log; alter table app.events_rest enable always trigger log;",
            ),
        ],
        has: &["comment on trigger touch on app.tasks is 'Keeps touched_at.'"],
        ..Edit::NEW
    },
    Edit {
        name: "25 policies",
        changes: &[
            (
                "using (true) with check (amount >= 0)",
                "using (amount < 100) with check (amount >= 1)",
            ),
            (
                "for select to finance_reader using",
                "for select to finance_reader, finance_writer using",
            ),
        ],
        adds: "create policy few on app.tasks as restrictive for delete using (false);",
        hazards: &["AR105"],
        statements: Some(3),
        has: &["alter policy see", "alter policy write"],
        ..Edit::NEW
    },
    Edit {
        name: "27 an enum gets a value in the middle",
        changes: &[("('draft', 'open', 'done')", "('idea', 'draft', 'open', 'stuck', 'done')")],
        statements: Some(2),
        has: &["add value 'idea' before 'draft'", "add value 'stuck' after 'open'"],
        ..Edit::NEW
    },
    Edit {
        name: "28 rename a value of an enum",
        changes: &[
            ("('draft', 'open', 'done')", "('draft', 'active', 'done')"),
            ("where status = 'open'", "where status = 'active'"),
        ],
        asks: &["--rename app.status.open=active"],
        renames: &["app.status.open=active"],
        hazards: &["BC102"],
        has: &["alter type app.status rename value 'open' to 'active';"],
        keeps: &[("select count(*) from app.tasks where status = 'active'", "1")],
        ..Edit::NEW
    },
    Edit {
        name: "29 an enum loses a value that no row has",
        changes: &[
            ("('draft', 'open', 'done')", "('open', 'done')"),
            ("status not null default 'draft'", "status not null default 'open'"),
            ("  previous app.status[],\n", "  previous app.status[],\n"),
        ],
        hazards: &["AR102", "MF101", "PG101", "PG102", "PG301"],
        has: &[
            "rename to status__old",
            "create view app.open_tasks",
            "create unique index tasks_title_key",
            "comment on type app.status",
        ],
        rows: Rows::Refuse("22P02"),
        ..Edit::NEW
    },
    Edit {
        name: "30 a domain",
        changes: &[
            (
                "create domain app.email as text constraint email_shape check (value ~ '@');",
                "create domain app.email as text default 'a@b' constraint email_shape check (value ~ '.@.') constraint email_length check (length(value) < 100);",
            ),
            (
                "create domain app.score as integer default 0;",
                "create domain app.score as bigint default 0;",
            ),
        ],
        hazards: &["PG301"],
        keeps: &[
            ("select count(*) from app.tasks where points = 0", "2"),
            ("select count(email) from app.users", "2"),
        ],
        ..Edit::NEW
    },
    Edit {
        name: "31 a composite type gets an attribute",
        changes: &[("(street text, city text)", "(street text, city text, country text)")],
        statements: Some(1),
        keeps: &[
            ("select (home).city from app.users where id = 1", "York"),
            ("select (home).country is null from app.users where id = 1", "true"),
        ],
        ..Edit::NEW
    },
    Edit {
        name: "31 an attribute gets another type",
        changes: &[("(street text, city text)", "(street text, city varchar(50))")],
        hazards: &["PG301"],
        keeps: &[("select (home).city from app.users where id = 1", "York")],
        ..Edit::NEW
    },
    Edit {
        name: "30 a range gets another type of bounds",
        changes: &[(
            "create type app.hours as range (subtype = time);",
            "create type app.hours as range (subtype = timetz);",
        )],
        ..Edit::NEW
    },
    Edit {
        name: "40 grants and default privileges",
        changes: &[
            (
                "grant select on app.top to finance_writer;",
                "grant select on app.top to finance_writer with grant option; revoke select on app.top from finance_reader;",
            ),
            (
                "grant select (nickname), update (nickname) on app.users to finance_writer;",
                "grant select (nickname, name) on app.users to finance_writer;",
            ),
            (
                "grant select on tables to finance_reader;",
                "grant select on tables to finance_reader; alter default privileges for role finance_owner in schema app grant insert on tables to finance_writer;",
            ),
            (
                "grant select on app.open_tasks to finance_writer;",
                "grant select (id, title) on app.open_tasks to finance_writer;",
            ),
        ],
        // What was made before the default privileges changed has none of them; the edit says so.
        adds: "revoke insert on all tables in schema app from finance_writer;
               create table app.late (n integer); revoke all on app.late from finance_reader;",
        has: &["grant select on app.top to finance_writer with grant option"],
        ..Edit::NEW
    },
    Edit {
        name: "40 a grant to everyone",
        adds: "grant select on app.notes to public; revoke usage on type app.status from public; grant execute on function app.may_see(bigint) to public;",
        hazards: &["AR105"],
        ..Edit::NEW
    },
    Edit {
        name: "41 comments",
        changes: &[
            (
                "comment on table app.users is 'People.';",
                "comment on table app.users is 'People who can log in; it''s a start.';",
            ),
            ("comment on column app.users.nickname is 'What friends say.';\n", ""),
            (
                "comment on column app.open_tasks.amount is 'Pence.';",
                "comment on column app.open_tasks.amount is 'Cents.';",
            ),
        ],
        adds: "comment on column app.address.city is 'Post town.'; comment on index app.tasks_owner_id_idx is 'For joins.'; comment on aggregate app.longest(text) is 'Longest.';",
        statements: Some(6),
        ..Edit::NEW
    },
    Edit {
        name: "43 an extension and a type of it",
        changes: &[
            ("  nickname text,", "  nickname app.citext,"),
            (
                "create sequence app.ticket_no",
                "create extension citext with schema app;\ncreate sequence app.ticket_no",
            ),
        ],
        hazards: &["PG301"],
        keeps: &[("select nickname from app.users where id = 1", "A")],
        ..Edit::NEW
    },
];
