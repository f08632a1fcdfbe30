//! Round trips to the database, counted by a relay in between.
use serde::Serialize;
use stack::Relay;

use super::{Bed, Side, instance::Instance, requests::Kind};
use crate::{
    failure::{Exit, Failure},
    output::Table,
};

/// Invocations after the first.
const FURTHER: u32 = 20;

/// What one instance sends.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Flights {
    pub(super) request: Kind,
    pub(super) side: Side,
    /// Round trips from the start to the first answer; opening TCP is not counted.
    pub(super) first_answer: u32,
    /// Round trips of each further invocation.
    pub(super) each: f64,
    /// Connections opened in all.
    pub(super) connections: u32,
}

/// Counts for every request on both sides.
///
/// # Errors
/// When a function fails or answers wrongly.
pub(super) fn measure(bed: &Bed<'_>) -> Result<Vec<Flights>, Failure> {
    bed.out.step(format_args!("round trips through {}", bed.link.name()));
    let pairs = Kind::ALL.iter().flat_map(|kind| [(Side::Ours, *kind), (Side::Limit, *kind)]);
    pairs.map(|(side, kind)| count(bed, side, kind)).collect()
}

/// Counts for one request of one side.
///
/// # Errors
/// As [`measure`].
pub(super) fn count(bed: &Bed<'_>, side: Side, kind: Kind) -> Result<Flights, Failure> {
    let relay = relay(bed, kind)?;
    let function = bed.function(side, kind, Some(relay.port))?;
    let mut instance = Instance::start(&function, bed.logs)?;
    let invoke = |instance: &mut Instance, n| {
        let request = bed.requests.make(kind, n);
        let answer = instance.invoke(&request)?;
        request.check(&answer.body).map(|row| bed.created(row))
    };
    invoke(&mut instance, 0)?;
    let first_answer = relay.take_round_trips();
    for n in 1..=FURTHER {
        invoke(&mut instance, n as usize)?;
    }
    let each = f64::from(relay.take_round_trips()) / f64::from(FURTHER);
    Ok(Flights { request: kind, side, first_answer, each, connections: relay.connections() })
}

/// Between the functions and the database of a request.
///
/// # Errors
/// When no port is free.
pub(super) fn relay(bed: &Bed<'_>, kind: Kind) -> Result<Relay, Failure> {
    let port = bed.requests.data.port(kind.route().access, bed.link);
    bed.runtime.block_on(Relay::start(port)).map_err(|error| {
        Failure::new(Exit::Failure, "cannot relay to the database").because(&error)
    })
}

/// For people.
pub(super) fn table(flights: &[Flights]) -> Table {
    let mut table = Table::new(&[
        "round trips",
        "side",
        "start to first answer",
        "each further",
        "connections",
    ]);
    for flight in flights {
        table.row([
            flight.request.name().to_owned(),
            flight.side.name().to_owned(),
            flight.first_answer.to_string(),
            flight.each.to_string(),
            flight.connections.to_string(),
        ]);
    }
    table
}
