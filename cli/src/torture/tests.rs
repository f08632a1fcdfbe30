//! One small round on real servers: the nightly one is longer.
use super::Torture;
use crate::output::{Format, Output};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_in_the_middle_of_load_loses_and_doubles_nothing() {
    let torture = Torture { rounds: 1, seed: Some(7), workers: 4, seconds: 4, no_build: false };

    let report = torture.report(&Output::new(Format::Json, true, 0)).await.unwrap();

    let text = report.text();
    assert!(report.sound, "{text}");
    assert_eq!((report.total.lost, report.total.duplicated), (0, 0), "{text}");
    // Servers were away in between, so somebody must have been left without an answer.
    assert!(report.total.acknowledged > 0 && report.total.unknown > 0, "{text}");
    let faults: Vec<_> = report.exercised.iter().map(|it| it.fault).collect();
    assert_eq!((faults.len(), faults[0], faults[12]), (13, "T1", "T13"));
    assert_eq!(left_behind(), Vec::<String>::new());
}

/// What this process has made for itself and not removed.
fn left_behind() -> Vec<String> {
    let all = stack::Stack::find().unwrap().file("throwaway");
    let own = format!("{}-", std::process::id());
    let names = std::fs::read_dir(all).into_iter().flatten().flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(&own)).collect()
}
