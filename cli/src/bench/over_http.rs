//! Reads over SQL over HTTP: our functions beside Neon's own driver, through the same endpoint.
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use serde::Serialize;
use sql_gateway::Log;

use super::{
    Bed, Side,
    peers::{Measured, invoke_in_turns},
    requests::Kind,
    spread::Spread,
    warm::BATCH,
};
use crate::{failure::Failure, output::Table, sqlhttp};

/// The folder in `bench/peers`.
pub(super) const PEER: &str = "node-neon";

/// What reads cost, and how many times what ours cost.
#[derive(Debug, Serialize)]
pub(super) struct OverHttp {
    rounds: usize,
    reads: Vec<Read>,
}

/// One request by one side.
#[derive(Debug, Serialize)]
struct Read {
    request: Kind,
    side: Side,
    p50_us: f64,
    p99_us: f64,
    cpu_us: f64,
    peak_kib: u64,
    /// HTTP requests of each invocation.
    requests_each: f64,
    /// Times ours, of each round of invocations.
    p50_ratio: Spread,
    cpu_ratio: Spread,
}

/// Measures both in turns, before a gateway in this process: its processor time is nobody's.
///
/// # Errors
/// When the gateway does not start, a function fails or answers wrongly.
pub(super) fn measure(bed: &Bed<'_>, rounds: usize) -> Result<OverHttp, Failure> {
    let requests = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&requests);
    let log = Log::new(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let servers = bed.requests.data.server_urls();
    let gateway = bed.runtime.block_on(sqlhttp::before(&servers, log))?;
    let url = gateway.url();
    let mut binaries: BTreeMap<_, _> = bed.with_http.clone();
    binaries.insert(PEER.to_owned(), bed.binary(PEER));
    let bed = &Bed { binaries: &binaries, http: Some(&url), ..*bed };
    let mut reads = Vec::new();
    for kind in [Kind::Find, Kind::List] {
        bed.out.step(format_args!("warm: {}, {rounds} rounds over HTTP", kind.name()));
        let sides = [Side::Ours, Side::Peer(PEER)];
        for Measured { side, mut runner, p50_ratio, cpu_ratio } in
            invoke_in_turns(bed, &sides, kind, rounds)?
        {
            let (p50_us, p99_us, cpu_us) = runner.times();
            requests.store(0, Ordering::Relaxed);
            runner.batch(bed, kind)?;
            #[expect(clippy::cast_precision_loss, reason = "a batch")]
            let requests_each = f64::from(requests.load(Ordering::Relaxed)) / BATCH as f64;
            reads.push(Read {
                request: kind,
                side,
                p50_us,
                p99_us,
                cpu_us,
                peak_kib: runner.memory().peak_kib,
                requests_each,
                p50_ratio: p50_ratio.spread(),
                cpu_ratio: cpu_ratio.spread(),
            });
        }
    }
    Ok(OverHttp { rounds, reads })
}

impl OverHttp {
    /// For people.
    pub(super) fn table(&self) -> Table {
        let mut table = Table::new(&[
            "over HTTP",
            "function",
            "p50 us",
            "p99 us",
            "cpu us",
            "peak MiB",
            "requests",
            "times ours",
            "cpu times ours",
        ]);
        for row in &self.reads {
            table.row([
                row.request.name().to_owned(),
                row.side.name().to_owned(),
                format!("{:.0}", row.p50_us),
                format!("{:.0}", row.p99_us),
                format!("{:.0}", row.cpu_us),
                super::mib(row.peak_kib),
                row.requests_each.to_string(),
                row.p50_ratio.to_string(),
                row.cpu_ratio.to_string(),
            ]);
        }
        table
    }
}
