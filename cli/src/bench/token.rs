//! What checking an access token costs: one warm function, answering requests that end before any statement.
use serde::Serialize;

use super::{
    Bed, Side,
    instance::Instance,
    requests::{Expected, Kind, Request, event_of},
    spread::{Samples, Spread, three_digits},
};
use crate::{failure::Failure, output::Table};

/// Requests of one sort before it is the next one's turn.
const BATCH: usize = 200;
/// Microseconds of processor time that checking a token may take.
const GOAL_US: f64 = 150.0;

/// How a request shows who sends it; its id is none, so that all end without a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Sort {
    /// Not at all: refused with 401.
    Anonymous,
    /// By a token that the function has not met before: 404.
    Fresh,
    /// By the token of the request before: 404.
    Repeated,
}

impl Sort {
    const ALL: [Sort; 3] = [Sort::Anonymous, Sort::Fresh, Sort::Repeated];

    fn name(self) -> &'static str {
        match self {
            Sort::Anonymous => "no token",
            Sort::Fresh => "a token that is new",
            Sort::Repeated => "the token of the request before",
        }
    }

    fn status(self) -> u16 {
        if self == Sort::Anonymous { 401 } else { 404 }
    }
}

/// Processor time of the function, in microseconds.
#[derive(Debug, Serialize)]
pub(super) struct Token {
    rounds: usize,
    requests_each: usize,
    function: &'static str,
    requests: Vec<Cost>,
    /// A request with a new token less one without a token, round by round: what the check of a token takes.
    check_us: Spread,
    goal_us: f64,
    /// Whether the median is within the goal.
    kept: bool,
}

#[derive(Debug, Serialize)]
struct Cost {
    sort: Sort,
    /// Of a request, from event to answer.
    cpu_us: Spread,
}

/// Runs all sorts in turns, the first round unmeasured.
///
/// # Errors
/// When the function fails or answers wrongly.
pub(super) fn measure(bed: &Bed<'_>, rounds: usize) -> Result<Token, Failure> {
    bed.out.step(format_args!("token: {rounds} rounds of {BATCH} requests of each sort"));
    let function = bed.function(Side::Ours, Kind::Find, None)?;
    let mut instance = Instance::start(&function, bed.logs)?;
    let mut cpu = [(); 3].map(|()| Samples::default());
    let mut check = Samples::default();
    for round in 0..=rounds {
        let mut took = [0.0; 3];
        for turn in 0..3 {
            // Each sort comes first in every third round.
            let at = (turn + round) % 3;
            took[at] = batch(bed, &mut instance, Sort::ALL[at])?;
        }
        if round > 0 {
            took.iter().zip(&mut cpu).for_each(|(took, cpu)| cpu.add(*took));
            check.add(took[1] - took[0]);
        }
    }
    let requests = Sort::ALL.into_iter().zip(&cpu);
    let requests = requests.map(|(sort, cpu)| Cost { sort, cpu_us: cpu.spread() }).collect();
    let check_us = check.spread();
    Ok(Token {
        rounds,
        requests_each: rounds * BATCH,
        function: Kind::Find.route().name,
        requests,
        check_us,
        goal_us: GOAL_US,
        kept: check_us.median <= GOAL_US,
    })
}

/// Processor time per request, in microseconds.
#[expect(clippy::cast_precision_loss, reason = "nanoseconds of a few seconds at most")]
fn batch(bed: &Bed<'_>, instance: &mut Instance, sort: Sort) -> Result<f64, Failure> {
    let new = || bed.signer.token(stack::developer(), &["treasurer"], 3600);
    let same = new()?;
    let mut requests = Vec::with_capacity(BATCH);
    for _ in 0..BATCH {
        let token = match sort {
            Sort::Anonymous => None,
            Sort::Fresh => Some(new()?),
            Sort::Repeated => Some(same.clone()),
        };
        let (id, event) =
            event_of(Kind::Find.route(), &[("id", "not-an-id")], "", None, token.as_deref());
        requests.push(Request { id, event, expected: Expected::Refused(sort.status()) });
    }
    instance.settle()?;
    let mut answers = Vec::with_capacity(BATCH);
    let before = instance.cpu_ns();
    for request in &requests {
        answers.push(instance.invoke(request)?.body);
    }
    instance.settle()?;
    let took = (instance.cpu_ns() - before) as f64 / 1e3 / BATCH as f64;
    for (request, answer) in requests.iter().zip(&answers) {
        request.check(answer)?;
    }
    Ok(three_digits(took))
}

impl Token {
    /// For people.
    pub(super) fn table(&self) -> Table {
        let mut table = Table::new(&["request with", "cpu us", "p10..p90"]);
        let mut add = |name: &str, Spread { median, p10, p90 }: Spread| {
            table.row([name.to_owned(), format!("{median:.0}"), format!("{p10:.0}..{p90:.0}")]);
        };
        for Cost { sort, cpu_us } in &self.requests {
            add(sort.name(), *cpu_us);
        }
        add(&format!("check of a token (goal {GOAL_US:.0})"), self.check_us);
        table
    }
}
