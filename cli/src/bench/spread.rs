//! Orders of samples: medians and percentiles, by nearest rank.
use serde::Serialize;

/// Many measurements of one thing.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples(Vec<f64>);

impl Samples {
    /// One more.
    pub(super) fn add(&mut self, sample: f64) {
        self.0.push(sample);
    }

    /// All of them.
    pub(super) fn append(&mut self, other: &Samples) {
        self.0.extend_from_slice(&other.0);
    }

    /// The sample that `percent` of all do not exceed; 0 without samples.
    pub(super) fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().map_or(0.0, three_digits)
    }

    /// The middle one.
    pub(super) fn median(&self) -> f64 {
        self.percentile(50)
    }

    /// The middle and the tenth on either side.
    pub(super) fn spread(&self) -> Spread {
        let [p10, median, p90] = [10, 50, 90].map(|percent| self.percentile(percent));
        Spread { median, p10, p90 }
    }
}

/// A median and how far the samples lie around it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) p10: f64,
    pub(super) p90: f64,
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} [{:.2}..{:.2}]", self.median, self.p10, self.p90)
    }
}

/// Rounded: what comes after is noise.
pub(super) fn three_digits(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
