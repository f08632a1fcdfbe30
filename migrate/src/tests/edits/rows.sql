insert into app.users (name, nickname, email, age, legacy, home)
values ('Ada', 'A', 'ada@example.org', 36, 'x', ('Main St', 'York')), ('Bob', null, 'bob@example.org', null, null, null);
insert into app.tasks (owner_id, reviewer_id, title, amount, state, status, previous, due_on)
values (1, 2, 'one', 20, 'new', 'open', '{draft}', '2025-05-01'), (2, null, 'two', 5, 'old', 'done', null, null);
insert into app.notes (text, seen) values ('a', 1), ('b', null);
insert into app.rooms values (1, '[2025-01-01, 2025-01-02)'), (2, '[2025-01-01, 2025-01-02)');
insert into app.events values (1, '2025-03-01', 'k'), (2, '2030-03-01', 'k');
insert into app.parts values (1, '2025-03-01');
refresh materialized view app.totals;
