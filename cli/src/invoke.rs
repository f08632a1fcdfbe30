//! `invoke`: one function, once.
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use api::{Example, Route, Unit};
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::{Args, builder::PossibleValuesParser};
use gateway::{
    Answer, Entry, Instance, Limits, Log, Stamp, Watchdog, example_event, find_placeholder,
};
use serde::Serialize;
use serde_json::Value;
use stack::Stack;

use crate::{
    cargo::Build,
    databases,
    dev::milliseconds,
    failure::{Exit, Failure},
    functions,
    output::{Output, Paint},
    routes,
};

/// How long the process may take to finish what it does after its answer.
const SETTLE: Duration = Duration::from_secs(2);

/// Run one function once and show its answer, its log and its times
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo aruuri invoke finance-create-contribution
  cargo aruuri invoke finance-create-contribution --example good -o json
  cargo aruuri invoke platform-live --event events/platform-live/good.json
  cargo aruuri invoke finance-fold-balances
  jq '.body = \"{}\"' event.json | cargo aruuri invoke finance-create-contribution --event -

The real binary runs, fed through a Lambda Runtime API. An example is sent with a fresh token of
its role; in an event, {{token:ROLE}} is replaced by one. A job, which the clock starts, takes no
event and answers with what it did. Ends with 0 if the function answered,
whatever the status, and with 1 if it crashed.")]
pub(crate) struct Invoke {
    /// Its name, as in the route table
    #[arg(value_parser = PossibleValuesParser::new(functions::names()), hide_possible_values = true)]
    function: String,
    /// An example of its route; the first one otherwise, none for a job
    #[arg(long, value_name = "NAME", conflicts_with = "event")]
    example: Option<String>,
    /// A file with an event of payload format 2.0; `-` reads it from stdin
    #[arg(long, value_name = "FILE")]
    event: Option<PathBuf>,
    /// Run what is built already
    #[arg(long)]
    no_build: bool,
    /// Build and run with optimisation
    #[arg(long)]
    release: bool,
}

#[derive(Serialize)]
pub(crate) struct Report<'a> {
    function: &'a str,
    response: Response,
    log: Vec<Value>,
    timings: Timings,
    cold: Option<bool>,
    round_trips: Option<u64>,
}

#[derive(Serialize)]
struct Response {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Value,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    body_is_base64: bool,
}

#[derive(Serialize)]
struct Timings {
    init_ms: f64,
    handler_ms: f64,
}

impl Invoke {
    /// Runs it.
    pub(crate) fn run(self, out: &Output) -> Result<Exit, Failure> {
        functions::runtime()?.block_on(self.once(out))
    }

    async fn once(&self, out: &Output) -> Result<Exit, Failure> {
        let unit = routes::units().into_iter().find(|unit| unit.name() == self.function);
        let unit = unit.expect("the command line takes known names only");
        // Mistakes in the event come before anything is started.
        let event = self.event(unit)?;
        let stack = Stack::find()?;
        let running = databases::up(&stack, out).await?;
        databases::prepare(&running, out).await?;
        let event = event.finish(&stack, &running.env["ARUURI_WEBHOOK_SECRETS"])?;
        let build =
            Build { root: &running.root, release: self.release, only: &[unit.name()], http: false };
        let binaries = if self.no_build { build.find().await? } else { build.run(out).await? };
        let function = functions::function(unit, &running, &binaries);

        let lines = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&lines);
        let log = Log::new(move |entry| {
            if let Entry::Line { line, .. } = entry {
                heard.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
            }
        });
        let watchdog = Watchdog::start().map_err(|error| {
            Failure::new(Exit::Failure, "cannot start /bin/sh as watchdog").because(&error)
        })?;
        let crashed = |failure: gateway::Failure| {
            Failure::new(Exit::Failure, format!("{} {failure}", unit.name()))
        };
        let mut instance =
            Instance::start(&function, &log, &Arc::new(watchdog)).await.map_err(crashed)?;
        let init = instance.ready(Limits::default().init).await;
        let invoked = match init {
            Ok(init) => {
                let id = uuid::Uuid::new_v4().to_string();
                let invoked = instance.invoke(&id, event.into()).await;
                instance.settle(SETTLE).await;
                invoked.map(|(answer, timings)| (answer, init, timings.handler))
            }
            Err(failure) => Err(failure),
        };
        instance.stop().await;
        let log = std::mem::take(&mut *lines.lock().unwrap_or_else(PoisonError::into_inner));
        let (answer, init, handler) = match invoked {
            Ok(invoked) => invoked,
            Err(failure) => {
                let failure = crashed(failure);
                return Err(if log.is_empty() {
                    failure
                } else {
                    failure.why(format!("its log:\n{}", log.join("\n")))
                });
            }
        };
        let answer = Answer::read(&answer)
            .map_err(|why| crashed(gateway::Failure::Unreadable(why)).why(log.join("\n")))?;
        let report = Report::new(unit.name(), answer, &log, init, handler);
        out.data(&report, report.text())?;
        Ok(Exit::Ok)
    }

    fn event(&self, unit: Unit<'static>) -> Result<Event, Failure> {
        if let Some(path) = &self.event {
            return Event::read(path);
        }
        let route = match unit {
            Unit::Route(route) => route,
            Unit::Job(_) if self.example.is_none() => return Ok(Event::Text("{}".to_owned())),
            Unit::Job(job) => {
                return Err(Failure::new(
                    Exit::Usage,
                    format!("{} is a job: it has no examples", job.name),
                )
                .next(format!("cargo aruuri invoke {}", job.name)));
            }
        };
        let example = match &self.example {
            Some(name) => route.examples.iter().find(|example| example.name == name),
            None => route.examples.first(),
        };
        let names: Vec<&str> = route.examples.iter().map(|example| example.name).collect();
        let example = example.ok_or_else(|| {
            let wanted = self.example.as_deref().unwrap_or("any");
            Failure::new(Exit::Usage, format!("{} has no example {wanted:?}", route.name))
                .why(format!("it has: {}", names.join(", ")))
                .next(format!("cargo aruuri invoke {} --event FILE", route.name))
        })?;
        Ok(Event::Example(route, example))
    }
}

/// What to hand to the function, before its tokens are made.
pub(crate) enum Event {
    Example(&'static Route, &'static Example),
    Text(String),
}

impl Event {
    pub(crate) fn read(path: &Path) -> Result<Event, Failure> {
        let wrong = || Failure::new(Exit::Usage, "cannot read the event").place(path.display());
        let text = if path == Path::new("-") {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        } else {
            std::fs::read_to_string(path)
        };
        let text = text.map_err(|error| wrong().because(&error))?;
        match serde_json::from_str::<Value>(&text) {
            Ok(Value::Object(_)) => Ok(Event::Text(text)),
            Ok(_) => Err(wrong().why("it is no JSON object")),
            Err(error) => Err(wrong().because(&error)),
        }
    }

    fn finish(self, stack: &Stack, secrets: &str) -> Result<Vec<u8>, Failure> {
        let token = |role: &str| -> Result<String, Failure> {
            Ok(stack.signer()?.token(stack::developer(), &[role], 60 * 60)?)
        };
        match self {
            Event::Example(route, example) => {
                let token = example.role.map(token).transpose()?.unwrap_or_default();
                let event = example_event(route, example, &token, &Stamp::now());
                let unwritten = |error: serde_json::Error| {
                    Failure::new(Exit::Failure, "cannot write the event").because(&error)
                };
                let mut event = serde_json::to_value(&event).map_err(unwritten)?;
                sign(&mut event, secrets);
                serde_json::to_vec(&event).map_err(unwritten)
            }
            Event::Text(mut text) => {
                while let Some((placeholder, role)) = find_placeholder(&text) {
                    let token = token(role)?;
                    text = text.replace(&placeholder.to_owned(), &token);
                }
                match serde_json::from_str(&text) {
                    Ok(mut event) => {
                        sign(&mut event, secrets);
                        Ok(event.to_string().into_bytes())
                    }
                    Err(_) => Ok(text.into_bytes()),
                }
            }
        }
    }
}

/// Puts the signatures of webhooks in, which are of the moment.
fn sign(event: &mut Value, secrets: &str) {
    let body = event["body"].as_str().unwrap_or_default().to_owned();
    for header in event["headers"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
        let signed = header
            .as_str()
            .and_then(|value| stack::webhook_signature(value, body.as_bytes(), secrets));
        if let Some(signed) = signed {
            *header = signed.into();
        }
    }
}

impl Report<'_> {
    pub(crate) fn new<'a>(
        function: &'a str,
        answer: Answer,
        log: &[String],
        init: Duration,
        handler: Duration,
    ) -> Report<'a> {
        let log: Vec<Value> = log
            .iter()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| Value::String(line.clone())))
            .collect();
        let own = log.iter().rev().find(|line| line.get("round_trips").is_some());
        Report {
            function,
            cold: own.and_then(|line| line["cold"].as_bool()),
            round_trips: own.and_then(|line| line["round_trips"].as_u64()),
            response: Response::new(answer),
            timings: Timings { init_ms: milliseconds(init), handler_ms: milliseconds(handler) },
            log,
        }
    }

    pub(crate) fn text(&self) -> String {
        let Response { status, headers, body, .. } = &self.response;
        let mut text = match status {
            400.. => Paint::bad(status).to_string(),
            _ => Paint::good(status).to_string(),
        };
        for (name, value) in headers {
            let _ = write!(text, "\n{name}: {value}");
        }
        let body = match body {
            Value::String(body) => body.clone(),
            body => serde_json::to_string_pretty(body).unwrap_or_default(),
        };
        let _ = write!(text, "\n\n{body}\n\nlog");
        for line in &self.log {
            let _ = match line {
                Value::String(line) => write!(text, "\n  {line}"),
                line => write!(text, "\n  {line}"),
            };
        }
        let Timings { init_ms, handler_ms } = self.timings;
        let _ = write!(text, "\n\ninit {init_ms} ms, handler {handler_ms} ms");
        if let Some(round_trips) = self.round_trips {
            let _ = write!(text, ", round trips {round_trips}");
        }
        text
    }
}

impl Response {
    fn new(answer: Answer) -> Response {
        let mut headers = BTreeMap::<String, String>::new();
        for (name, value) in answer.headers {
            let all = headers.entry(name);
            all.and_modify(|all| *all = format!("{all}, {value}")).or_insert(value);
        }
        let is_json = headers.get("content-type").is_some_and(|kind| kind.contains("json"));
        let json = serde_json::from_slice(&answer.body).ok().filter(|_| is_json);
        let (body, body_is_base64) = match (json, String::from_utf8(answer.body.to_vec())) {
            (Some(json), _) => (json, false),
            (None, Ok(text)) => (Value::String(text), false),
            (None, Err(_)) => (Value::String(STANDARD.encode(&answer.body)), true),
        };
        Response { status: answer.status, headers, body, body_is_base64 }
    }
}
