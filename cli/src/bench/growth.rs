//! How the time of `migrate diff` grows with the schema.
use std::{fmt::Write as _, time::Instant};

use db::Domain;
use migrate::{
    facts::{Facts, inspect},
    plan::{Options, Plan, plan},
};
use serde::Serialize;
use stack::{Running, Scratch};

use super::spread::{Samples, Spread, three_digits};
use crate::{
    failure::{Exit, Failure},
    output::{Output, Table},
};

/// How many objects there are of every kind.
const SIZES: [usize; 4] = [25, 50, 100, 140];

/// One object of every kind, the `N`th.
const OBJECTS: &str = "
create schema sN;
create type sN.mood as enum ('low', 'high');
create domain sN.code as text constraint code_shape check (value ~ '^[a-z]+$');
create type sN.pair as (one integer, two text);
create type sN.span as range (subtype = integer, multirange_type_name = sN.spans);
create sequence sN.counter;
create function sN.next_one(p integer) returns integer language sql immutable as $$ select p + 1 $$;
create procedure sN.nothing() language sql as $$ select 1 $$;
create function sN.keep() returns trigger language plpgsql as $$ begin return new; end $$;
create table sN.thing (
  id bigint generated always as identity,
  parent_id bigint,
  mood sN.mood not null default 'low',
  code sN.code not null,
  amount integer not null default 0 constraint thing_amount_range check (amount >= 0),
  doubled integer generated always as (amount * 2) stored,
  constraint thing_pkey primary key (id),
  constraint thing_code_key unique (code),
  constraint thing_parent_id_fkey foreign key (parent_id) references sN.thing (id)
);
create index thing_parent_id_idx on sN.thing (parent_id) where parent_id is not null;
create statistics sN.thing_stats (dependencies) on mood, amount from sN.thing;
create trigger keep before update on sN.thing for each row execute function sN.keep();
create policy mine on sN.thing using (amount < 100);
alter table sN.thing enable row level security;
create table sN.event (happened_on date not null, what text not null) partition by range (happened_on);
create table sN.event_2026 partition of sN.event for values from ('2026-01-01') to ('2027-01-01');
create view sN.cheap as select id, code, sN.next_one(amount) as next from sN.thing where amount < 10;
create materialized view sN.sums as select mood, sum(amount) as total from sN.thing group by mood;
comment on table sN.thing is 'A thing.';
comment on column sN.thing.amount is 'How much, pence.';
grant select on sN.thing, sN.cheap to finance_read;
";

/// What was measured of one size.
#[derive(Debug, Serialize)]
struct Grown {
    /// Of every kind.
    objects: usize,
    /// Facts about them.
    facts: usize,
    /// Reading two databases that are alike and finding nothing to do.
    unchanged_ms: Spread,
    /// Planning the first migration, all objects in the order of their dependencies.
    first_ms: Spread,
    /// Of the two medians together, for a fact.
    us_per_fact: f64,
    /// That, beside the smallest size: 1 or less is linear or better.
    against_smallest: f64,
}

/// Growth of `migrate diff`.
#[derive(Debug, Serialize)]
pub(super) struct Growth {
    sizes: Vec<Grown>,
}

/// Makes a database of each size, then measures all of them in turns.
///
/// # Errors
/// When the server refuses, or something is planned where nothing differs.
pub(super) async fn measure(
    running: &Running,
    rounds: usize,
    out: &Output,
) -> Result<Growth, Failure> {
    let mut beds = Vec::new();
    for objects in SIZES {
        out.step(format_args!("making {objects} objects of every kind"));
        let scratch = Scratch::empty(running, Domain::Finance, "growth").await?;
        let owner = scratch.owner().await?;
        for n in 0..objects {
            let sql = OBJECTS.replace("sN", &format!("s{n}"));
            owner.batch_execute(&sql).await.map_err(|error| failed("make objects", &error))?;
        }
        beds.push((objects, scratch, 0, Samples::default(), Samples::default()));
    }
    for round in 1..=rounds {
        out.step(format_args!("round {round} of {rounds}"));
        for (_, scratch, facts, unchanged, first) in &mut beds {
            let (mut one, mut two) = (scratch.owner().await?, scratch.owner().await?);
            let start = Instant::now();
            let (have, want) = tokio::try_join!(inspect(&mut one), inspect(&mut two))
                .map_err(|error| failed("look into the database", &error))?;
            if !planned(&have, &want)?.is_empty() {
                return Err(Failure::new(Exit::Failure, "a database differs from itself"));
            }
            unchanged.add(milliseconds(start));
            let start = Instant::now();
            let plan = planned(&Facts::empty(&want.role), &want)?;
            first.add(milliseconds(start));
            assert!(!plan.is_empty(), "nothing is planned for a whole schema");
            *facts = want.len();
        }
    }
    let mut sizes: Vec<Grown> = Vec::new();
    for (objects, scratch, facts, unchanged, first) in beds {
        scratch.close().await;
        let (unchanged_ms, first_ms) = (unchanged.spread(), first.spread());
        let both_us = 1000.0 * (unchanged_ms.median + first_ms.median);
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let us_per_fact = both_us / facts.max(1) as f64;
        let smallest = sizes.first().map_or(us_per_fact, |grown| grown.us_per_fact);
        sizes.push(Grown {
            objects,
            facts,
            unchanged_ms,
            first_ms,
            us_per_fact: three_digits(us_per_fact),
            against_smallest: three_digits(us_per_fact / smallest),
        });
    }
    Ok(Growth { sizes })
}

fn planned(from: &Facts, to: &Facts) -> Result<Plan, Failure> {
    plan(from, to, &Options::default())
        .map_err(|error| Failure::new(Exit::Failure, "cannot plan").why(error))
}

fn failed(what: &str, error: &dyn std::error::Error) -> Failure {
    Failure::new(Exit::Failure, format_args!("cannot {what}")).because(error)
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

impl Growth {
    /// For people.
    pub(super) fn text(&self) -> String {
        let mut table = Table::new(&[
            "objects of every kind",
            "facts",
            "nothing changed, ms",
            "first migration, ms",
            "us per fact",
            "beside the smallest",
        ]);
        for grown in &self.sizes {
            table.row([
                grown.objects.to_string(),
                grown.facts.to_string(),
                grown.unchanged_ms.to_string(),
                grown.first_ms.to_string(),
                grown.us_per_fact.to_string(),
                grown.against_smallest.to_string(),
            ]);
        }
        let mut text = table.to_string();
        let _ = writeln!(text, "medians, with the tenth on either side");
        text
    }
}
