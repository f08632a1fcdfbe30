//! Tables, indexes, views and partitions.

use super::Edit;

pub(super) const EDITS: &[Edit] = &[
    Edit {
        name: "06 rename a table",
        changes: &[
            ("create table app.notes (", "create table app.remarks ("),
            ("constraint notes_pkey", "constraint remarks_pkey"),
        ],
        asks: &["--rename app.notes=remarks"],
        renames: &["app.notes=remarks"],
        statements: Some(2),
        hazards: &["BC101"],
        keeps: &[("select count(*) from app.remarks", "2")],
        ..Edit::NEW
    },
    Edit {
        name: "12 drop a table",
        changes: &[(
            "create table app.rooms (\n  room integer not null,\n  during tstzrange not null\n);\n",
            "",
        )],
        statements: Some(1),
        hazards: &["DS102"],
        ..Edit::NEW
    },
    Edit {
        name: "32 split a table",
        changes: &[("  age integer,\n", ""), ("  home app.address,\n", "")],
        adds: "create table app.profiles (user_id bigint not null, age integer, home app.address,
                 constraint profiles_pkey primary key (user_id),
                 constraint profiles_user_id_fkey foreign key (user_id) references app.users (id));",
        hazards: &["DS103"],
        keeps: &[("select count(*) from app.users", "2")],
        ..Edit::NEW
    },
    Edit {
        name: "33 add an index",
        adds: "create index tasks_due_on_idx on app.tasks (due_on desc) where due_on is not null;",
        statements: Some(1),
        hazards: &["PG101"],
        ..Edit::NEW
    },
    Edit {
        name: "34 change indexes",
        changes: &[
            ("create index tasks_owner_id_idx on app.tasks (owner_id);", "create index tasks_owner_idx on app.tasks (owner_id);"),
            ("on app.tasks (title) where status <> 'done'", "on app.tasks (lower(title)) where status <> 'done'"),
            ("create index users_norm_idx on app.users (app.norm(name));\n", ""),
        ],
        hazards: &["MF101", "PG101", "PG102"],
        has: &["alter index app.tasks_owner_id_idx rename to tasks_owner_idx;"],
        ..Edit::NEW
    },
    Edit {
        name: "35 a view gets a column at its end",
        changes: &[("select id, owner_id, title, amount from", "select id, owner_id, title, amount, due_on from")],
        statements: Some(1),
        has: &["create or replace view app.open_tasks with (security_invoker = true)"],
        ..Edit::NEW
    },
    Edit {
        name: "36 a view gets a column in the middle",
        changes: &[("select id, owner_id, title, amount from", "select id, due_on, owner_id, title, amount from")],
        has: &["drop view app.top", "create materialized view app.totals", "create unique index totals_owner_id_key", "grant select on app.top"],
        keeps: &[("select sum(amount) from app.totals", "20")],
        ..Edit::NEW
    },
    Edit {
        name: "37 another query of a materialized view",
        changes: &[("as select owner_id, amount from app.open_amounts;", "as select owner_id, amount * 2 as amount from app.open_amounts;")],
        has: &["create index totals_amount_idx", "create view app.top", "comment on materialized view app.totals"],
        keeps: &[("select sum(amount) from app.totals", "40")],
        ..Edit::NEW
    },
    Edit {
        name: "38 a partitioned table gets a column and an index",
        changes: &[("  kind text not null default 'any',\n", "  kind text not null default 'some',\n  note text default 'n',\n")],
        adds: "create index events_note_idx on app.events (note);",
        hazards: &["PG101"],
        keeps: &[
            ("select count(note) from app.events", "2"),
            ("select count(*) from pg_catalog.pg_index i join pg_catalog.pg_inherits h on h.inhrelid = i.indexrelid
              where h.inhparent = 'app.events_note_idx'::regclass", "2"),
        ],
        ..Edit::NEW
    },
    Edit {
        name: "39 add a partition",
        changes: &[("create table app.events_rest partition", "create table app.events_2026 partition of app.events for values from ('2026-01-01') to ('2027-01-01');\ncreate table app.events_rest partition")],
        statements: Some(1),
        ..Edit::NEW
    },
    Edit {
        name: "39 a table becomes a partition and a partition a table",
        changes: &[
            ("create table app.events_2025 partition of app.events for values from ('2025-01-01') to ('2026-01-01');\n", ""),
            ("alter table app.events_rest disable trigger log;", "alter table app.events_rest disable trigger log;
              create table app.events_2025 (
                id bigint not null, day date not null, kind text not null default 'any',
                constraint events_2025_pkey primary key (id, day)
              );
              create index events_2025_kind_idx on app.events_2025 (kind);"),
        ],
        keeps: &[("select count(*) from app.events_2025", "1")],
        ..Edit::NEW
    },
    Edit {
        name: "44 move a table to another schema",
        changes: &[
            ("create table app.notes (", "create table archive.notes ("),
        ],
        // In the schema it leaves, readers are given what is new.
        adds: "grant select on archive.notes to finance_reader;",
        asks: &["--rename app.notes=archive.notes"],
        renames: &["app.notes=archive.notes"],
        statements: Some(1),
        hazards: &["BC101"],
        keeps: &[("select count(*) from archive.notes", "2")],
        ..Edit::NEW
    },
    Edit {
        name: "46 a table becomes a partitioned one",
        changes: &[("create table app.parts (\n  id bigint not null,\n  day date not null,\n  constraint parts_pkey primary key (id, day)\n);",
            "create table app.parts (\n  id bigint not null,\n  day date not null,\n  constraint parts_pkey primary key (id, day)\n) partition by range (day);\ncreate table app.parts_rest partition of app.parts default;")],
        hazards: &["DS102"],
        keeps: &[("select count(*) from app.parts", "0")],
        ..Edit::NEW
    },
    Edit {
        name: "47 another order and layout",
        changes: &[
            ("  nickname text,\n  email app.email,\n", "  email app.email,\n\n  nickname TEXT,\n"),
            ("create unique index totals_owner_id_key on app.totals (owner_id);\ncreate index totals_amount_idx on app.totals (amount);", "create index totals_amount_idx on app.totals (amount);\ncreate unique index totals_owner_id_key on app.totals using btree (owner_id asc);"),
        ],
        statements: Some(0),
        files: 0,
        ..Edit::NEW
    },
    Edit {
        name: "48 the same in other words",
        changes: &[
            ("check (state in ('new', 'old'))", "check (state = any (array['new', 'old']))"),
            ("  age integer,", "  age int4 null,"),
            ("default 0,\n  state", "default (0),\n  state"),
            ("due_on date,", "due_on pg_catalog.date,"),
            ("  touched_at timestamptz not null default now(),", "  touched_at timestamp with time zone default now() not null,"),
        ],
        statements: Some(0),
        files: 0,
        ..Edit::NEW
    },
];
