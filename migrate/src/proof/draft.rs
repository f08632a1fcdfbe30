//! A new migration: planned, written down in memory, proven; on disk nothing has changed yet.

use serde::Serialize;

use super::{Finding, Proof, Subject, look, verify};
use crate::dev::{Error, replayed, wanted};
use crate::plan::{Hazard, Options, Undecided, plan};
use crate::write::stamp;

/// What came of planning.
#[derive(Debug)]
pub enum Drafted {
    /// The migrations make what the schema says.
    InSync,
    /// Only a person can decide.
    Undecided(Undecided),
    /// Files to write.
    Draft(Draft),
}

/// Files that are not written yet.
#[derive(Debug, Serialize)]
pub struct Draft {
    /// Names and texts, in order.
    pub files: Vec<(String, String)>,
    /// What is dangerous about them.
    pub hazards: Vec<Hazard>,
    /// What is proven of the directory with these files in it.
    pub proof: Proof,
}

/// Plans the way from the migrations to the schema, and proves it. With `allow_drop`, the files say of what they lose that
/// it is on purpose.
///
/// # Errors
/// As [`verify`].
pub async fn draft(
    subject: &Subject<'_>,
    name: &str,
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Drafted, Error> {
    let Subject { running, domain, directory, schema, .. } = subject;
    progress("loading the schema and replaying the migrations");
    let (want, have) = {
        let (wanted, replayed) = tokio::try_join!(
            wanted(running, *domain, schema),
            replayed(running, *domain, directory)
        )?;
        tokio::try_join!(look(&wanted), look(&replayed))?
    };
    let plan = match plan(&have, &want, options) {
        Ok(plan) if plan.is_empty() => return Ok(Drafted::InSync),
        Ok(plan) => plan,
        Err(undecided) => return Ok(Drafted::Undecided(undecided)),
    };
    let mut files = Vec::new();
    let mut whole = (*directory).clone();
    for planned in &plan.files {
        let version = stamp(&whole);
        let suffix =
            if planned.suffix.is_empty() { String::new() } else { format!("_{}", planned.suffix) };
        let file = (format!("{version}_{name}{suffix}.sql"), planned.text());
        whole = whole.with([(file.0.clone(), file.1.clone().into_bytes())]);
        files.push(file);
    }
    let first = directory.files().len();
    let new = Subject { directory: &whole, ..*subject };
    let mut proof = verify(&new, first, progress).await?;
    if options.allow_drop {
        for (name, text) in &mut files {
            allow(name, text, &mut proof);
        }
    }
    let hazards = plan.hazards().cloned().collect();
    Ok(Drafted::Draft(Draft { files, hazards, proof }))
}

/// Writes at the head of a file what it loses, and takes that out of the findings.
fn allow(name: &str, text: &mut String, proof: &mut Proof) {
    let mut head = String::new();
    proof.findings.retain(|finding| match finding {
        Finding::Lost { file, lost } if file == name => {
            head.push_str(&format!(
                "-- aruuri:allow-loss {} {} (--allow-drop)\n",
                lost.name, lost.what
            ));
            false
        }
        _ => true,
    });
    if !head.is_empty() {
        // Directives are what an empty line follows.
        let end = if text.starts_with("-- atlas:") { "" } else { "\n" };
        *text = format!("{head}{end}{text}");
    }
}
