//! Cold starts: a new process for each request.
use serde::Serialize;

use super::{
    Bed, Side,
    instance::Instance,
    requests::Kind,
    spread::{Samples, Spread},
};
use crate::{failure::Failure, output::Table};

/// What a cold start of ours and of the limit costs.
#[derive(Debug, Serialize)]
pub(super) struct Cold {
    samples: usize,
    ours: Start,
    limit: Start,
    ratio: Ratio,
}

/// Times of one side since the process was started.
#[derive(Debug, Serialize)]
struct Start {
    poll_ms: Spread,
    answer_ms: Spread,
    cpu_ms: Spread,
    peak_kib: u64,
    user_instructions: Option<u64>,
}

/// Ours by limit, of each pair of starts one after the other.
#[derive(Debug, Serialize)]
struct Ratio {
    poll: Spread,
    answer: Spread,
    cpu: Spread,
    user_instructions: Option<f64>,
}

/// Samples of one side.
#[derive(Debug, Default)]
pub(super) struct Starts {
    poll: Samples,
    pub(super) answer: Samples,
    pub(super) cpu: Samples,
    pub(super) peak_kib: u64,
}

/// One start in milliseconds.
pub(super) struct One {
    poll: f64,
    pub(super) answer: f64,
    pub(super) cpu: f64,
}

/// Starts both in turns, the first pair unmeasured.
///
/// # Errors
/// When a function fails or answers wrongly.
pub(super) fn measure(bed: &Bed<'_>, samples: usize) -> Result<Cold, Failure> {
    bed.out.step(format_args!("cold: {samples} pairs of starts through {}", bed.link.name()));
    let (mut ours, mut limit) = (Starts::default(), Starts::default());
    let (mut poll, mut answer, mut cpu) =
        (Samples::default(), Samples::default(), Samples::default());
    start(bed, Side::Ours, 0, &mut Starts::default())?;
    start(bed, Side::Limit, 0, &mut Starts::default())?;
    for n in 0..samples {
        // Whoever is second may find caches warmer: each is second half of the time.
        let (one, other) = if n % 2 == 0 {
            let one = start(bed, Side::Ours, n, &mut ours)?;
            (one, start(bed, Side::Limit, n, &mut limit)?)
        } else {
            let other = start(bed, Side::Limit, n, &mut limit)?;
            (start(bed, Side::Ours, n, &mut ours)?, other)
        };
        poll.add(one.poll / other.poll);
        answer.add(one.answer / other.answer);
        cpu.add(one.cpu / other.cpu);
    }
    let counted = [instructions(bed, Side::Ours)?, instructions(bed, Side::Limit)?];
    let instructions = match counted {
        [Some(ours), Some(limit)] => Some(super::spread::three_digits(ratio(ours, limit))),
        _ => None,
    };
    Ok(Cold {
        samples,
        ours: ours.done(counted[0]),
        limit: limit.done(counted[1]),
        ratio: Ratio {
            poll: poll.spread(),
            answer: answer.spread(),
            cpu: cpu.spread(),
            user_instructions: instructions,
        },
    })
}

/// A process of a side from its start to its first answer.
///
/// # Errors
/// When it fails or answers wrongly.
pub(super) fn start(
    bed: &Bed<'_>,
    side: Side,
    n: usize,
    starts: &mut Starts,
) -> Result<One, Failure> {
    let request = bed.requests.make(Kind::Find, n);
    let function = bed.function(side, Kind::Find, None)?;
    let mut instance = Instance::start(&function, bed.logs)?;
    let polled = instance.ready()?;
    let answer = instance.invoke(&request)?;
    // What it does after the answer belongs to the next request.
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of a few seconds at most")]
    let cpu = instance.cpu_ns() as f64 / 1e6;
    let one = One {
        poll: polled.as_secs_f64() * 1e3,
        answer: instance.since_start(answer.at).as_secs_f64() * 1e3,
        cpu,
    };
    request.check(&answer.body)?;
    starts.poll.add(one.poll);
    starts.answer.add(one.answer);
    starts.cpu.add(one.cpu);
    starts.peak_kib = starts.peak_kib.max(instance.memory().peak_kib);
    Ok(one)
}

/// The median of five starts under perf.
fn instructions(bed: &Bed<'_>, side: Side) -> Result<Option<u64>, Failure> {
    if bed.no_instructions.is_some() {
        return Ok(None);
    }
    let mut counts = Vec::new();
    for n in 0..5 {
        let request = bed.requests.make(Kind::Find, n);
        let function = bed.function(side, Kind::Find, None)?;
        let mut instance = Instance::start_counted(&function, bed.logs)?;
        let answer = instance.invoke(&request)?;
        request.check(&answer.body)?;
        counts.extend(instance.instructions());
    }
    counts.sort_unstable();
    Ok(counts.get(counts.len() / 2).copied())
}

#[expect(clippy::cast_precision_loss, reason = "three digits are kept")]
pub(super) fn ratio(ours: u64, limit: u64) -> f64 {
    ours as f64 / limit.max(1) as f64
}

impl Starts {
    fn done(&self, user_instructions: Option<u64>) -> Start {
        Start {
            poll_ms: self.poll.spread(),
            answer_ms: self.answer.spread(),
            cpu_ms: self.cpu.spread(),
            peak_kib: self.peak_kib,
            user_instructions,
        }
    }
}

impl Cold {
    /// For people.
    pub(super) fn table(&self) -> Table {
        let mut table = Table::new(&[
            "cold start, find",
            "ours p50 ms",
            "p90",
            "limit p50 ms",
            "p90",
            "ours / limit",
        ]);
        let Cold { ours, limit, ratio, .. } = self;
        let rows = [
            ("start to first poll", ours.poll_ms, limit.poll_ms, ratio.poll),
            ("start to answer", ours.answer_ms, limit.answer_ms, ratio.answer),
            ("processor time", ours.cpu_ms, limit.cpu_ms, ratio.cpu),
        ];
        for (name, ours, limit, ratio) in rows {
            let ms = |value: f64| format!("{value:.2}");
            table.row([
                name.to_owned(),
                ms(ours.median),
                ms(ours.p90),
                ms(limit.median),
                ms(limit.p90),
                ratio.to_string(),
            ]);
        }
        table
    }
}
