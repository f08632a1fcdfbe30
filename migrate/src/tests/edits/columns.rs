//! Columns and constraints.

use super::{Edit, Rows};

pub(super) const EDITS: &[Edit] = &[
    Edit {
        name: "01 add a nullable column",
        changes: &[("  nickname text,\n", "  nickname text,\n  born_on date,\n")],
        statements: Some(1),
        has: &["alter table app.users add column born_on date;"],
        ..Edit::NEW
    },
    Edit {
        name: "02 add a not null column with a constant default",
        changes: &[("  nickname text,\n", "  nickname text,\n  visits integer not null default 0,\n")],
        statements: Some(1),
        keeps: &[("select sum(visits) from app.users", "0")],
        ..Edit::NEW
    },
    Edit {
        name: "03 add a not null column with a volatile default",
        changes: &[(
            "  nickname text,\n",
            "  nickname text,\n  key uuid not null default gen_random_uuid(),\n",
        )],
        statements: Some(1),
        hazards: &["PG302"],
        keeps: &[("select count(distinct key) from app.users", "2")],
        ..Edit::NEW
    },
    Edit {
        name: "04 add a not null column without default",
        changes: &[("  nickname text,\n", "  nickname text,\n  visits integer not null,\n")],
        hazards: &["MF103"],
        rows: Rows::Refuse("23502"),
        ..Edit::NEW
    },
    Edit {
        name: "05 rename a column",
        changes: &[
            ("  nickname text,\n", "  handle text,\n"),
            ("app.users.nickname", "app.users.handle"),
            ("(nickname), update (nickname)", "(handle), update (handle)"),
        ],
        asks: &["--rename app.users.nickname=handle"],
        renames: &["app.users.nickname=handle"],
        statements: Some(1),
        hazards: &["BC102"],
        keeps: &[("select handle from app.users where id = 1", "A")],
        ..Edit::NEW
    },
    Edit {
        name: "05 a column that is used is renamed with what uses it",
        changes: &[
            ("  amount integer not null default 0,", "  minor integer not null default 0,"),
            ("check (amount >= 0)", "check (minor >= 0)"),
            ("select id, owner_id, title, amount from", "select id, owner_id, title, minor as amount from"),
        ],
        asks: &["--rename app.tasks.amount=minor"],
        renames: &["app.tasks.amount=minor"],
        hazards: &["BC102"],
        has_not: &["drop "],
        keeps: &[("select sum(minor) from app.tasks", "25")],
        ..Edit::NEW
    },
    Edit {
        name: "05 the same dropped and added on purpose",
        changes: &[
            ("  nickname text,\n", "  handle text,\n"),
            ("app.users.nickname", "app.users.handle"),
            ("(nickname), update (nickname)", "(handle), update (handle)"),
        ],
        allow_drop: true,
        hazards: &["DS103"],
        keeps: &[("select count(handle) from app.users", "0")],
        ..Edit::NEW
    },
    Edit {
        name: "07 integer to bigint",
        changes: &[("  age integer,", "  age bigint,")],
        statements: Some(1),
        hazards: &["PG301"],
        keeps: &[("select age from app.users where id = 1", "36")],
        ..Edit::NEW
    },
    Edit {
        name: "08 text to enum, with its default and its check",
        changes: &[
            ("  state text not null default 'new',", "  state app.state not null default 'new',"),
            (",\n  constraint tasks_state_known check (state in ('new', 'old'))", ""),
            ("comment on constraint tasks_state_known on app.tasks is 'Two states.';", ""),
            ("create sequence app.ticket_no", "create type app.state as enum ('new', 'old');\ncreate sequence app.ticket_no"),
        ],
        hazards: &["PG301"],
        has: &["drop default", "set default 'new'::app.state"],
        keeps: &[("select string_agg(state::text, ' ' order by id) from app.tasks", "new old")],
        ..Edit::NEW
    },
    Edit {
        name: "09 another type of a column that views use",
        changes: &[("  amount integer not null default 0,", "  amount bigint not null default 0,")],
        hazards: &["PG301"],
        has: &[
            "create view app.open_tasks with (security_invoker = true)",
            "comment on column app.open_tasks.amount is",
            "create unique index totals_owner_id_key",
            "create index totals_amount_idx",
            "comment on materialized view app.totals",
            "grant select on app.top to finance_writer",
        ],
        keeps: &[("select sum(amount) from app.totals", "20")],
        ..Edit::NEW
    },
    Edit {
        name: "10 drop a column",
        changes: &[("  age integer,\n", "")],
        statements: Some(1),
        hazards: &["DS103"],
        ..Edit::NEW
    },
    Edit {
        name: "11 drop a column that a view uses",
        changes: &[("  legacy text,\n", ""), ("select name, legacy from", "select name from")],
        hazards: &["DS103"],
        has: &["grant select on app.names to finance_writer"],
        ..Edit::NEW
    },
    Edit {
        name: "13 add a foreign key",
        adds: "alter table app.tasks add constraint tasks_second_fkey foreign key (owner_id) references app.users (id);",
        statements: Some(1),
        hazards: &["PG306"],
        ..Edit::NEW
    },
    Edit {
        name: "14 defer a foreign key",
        changes: &[(
            "foreign key (owner_id) references app.users (id),",
            "foreign key (owner_id) references app.users (id) deferrable initially deferred,",
        )],
        statements: Some(1),
        has: &["alter table app.tasks alter constraint tasks_owner_id_fkey deferrable initially deferred;"],
        ..Edit::NEW
    },
    Edit {
        name: "14 another action of a foreign key",
        changes: &[(
            "foreign key (owner_id) references app.users (id),",
            "foreign key (owner_id) references app.users (id) on delete cascade,",
        )],
        statements: Some(2),
        hazards: &["PG306"],
        ..Edit::NEW
    },
    Edit {
        name: "15 add a unique constraint",
        adds: "alter table app.notes add constraint notes_text_key unique (text);",
        statements: Some(1),
        hazards: &["MF101", "PG105"],
        ..Edit::NEW
    },
    Edit {
        name: "16 add a check and an exclusion",
        adds: "alter table app.notes add constraint notes_text_length check (length(text) <= 10);
               alter table app.rooms add constraint rooms_free exclude using gist (during with &&) where (room > 5);",
        statements: Some(2),
        hazards: &["MF101", "PG105", "PG305"],
        ..Edit::NEW
    },
    Edit {
        name: "17 validate a foreign key",
        changes: &[("references app.users (id) not valid;", "references app.users (id);")],
        statements: Some(1),
        hazards: &["PG306"],
        has: &["alter table app.tasks validate constraint tasks_reviewer_id_fkey;"],
        ..Edit::NEW
    },
    Edit {
        name: "18 set not null",
        changes: &[("  nickname text,", "  nickname text not null,")],
        statements: Some(1),
        hazards: &["MF104", "PG303"],
        rows: Rows::Refuse("23502"),
        ..Edit::NEW
    },
    Edit {
        name: "19 defaults, identity and sequence",
        changes: &[
            ("  amount integer not null default 0,", "  amount integer not null default 7,"),
            ("create sequence app.ticket_no start with 100;", "create sequence app.ticket_no increment by 10 minvalue 1000 maxvalue 9999 start with 1000;"),
            ("create table app.tasks (\n  id bigint generated always as identity,", "create table app.tasks (\n  id bigint generated by default as identity (increment by 5),"),
            ("default 'T' || nextval('app.ticket_no')", "default 'U' || nextval('app.ticket_no')"),
            ("  seen integer,", "  seen integer default 3,"),
        ],
        keeps: &[("select nextval('app.ticket_no')", "1000"), ("select count(*) from app.tasks", "2")],
        ..Edit::NEW
    },
    Edit {
        name: "20 another expression of a generated column",
        changes: &[("to_tsvector('simple'::regconfig, name)", "to_tsvector('english'::regconfig, name)")],
        hazards: &["PG101", "PG302"],
        has: &["drop column search", "add column search", "create index users_search_idx"],
        keeps: &[("select count(*) from app.users where search is not null", "2")],
        ..Edit::NEW
    },
    Edit {
        name: "42 another primary key",
        changes: &[
            ("  constraint notes_pkey primary key (id)", "  constraint notes_pkey primary key (text)"),
        ],
        hazards: &["PG104"],
        keeps: &[("select count(*) from app.notes", "2")],
        ..Edit::NEW
    },
    Edit {
        name: "45 storage, statistics and replica identity",
        adds: "alter table app.notes alter column text set storage external;
               alter table app.notes alter column text set statistics 500;
               alter table app.notes replica identity full;
               create unique index rooms_room_key on app.rooms (room);
               alter table app.rooms replica identity using index rooms_room_key;
               alter table app.notes set (fillfactor = 80);",
        hazards: &["MF101", "PG101"],
        ..Edit::NEW
    },
];
