//! Routes of every kind: a list, a create with a body, a patch, a delete, a public one, and `$default`; and a job.
use api::{
    Allow, Example, Filter, Idempotency, Job, List, Method, Query, Route, Shape,
    problem::{CONFLICT, METHOD, NO_ROUTE},
};
use db::{Access, Domain};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use types::{LocalizedText, Money, Page, Patch, PostId, Slug};

pub(super) const ID: &str = "7f1d7a2e-0f0d-4f0c-9e1d-0a1b2c3d4e5f";

/// What is said.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SamplePost")]
pub(super) struct Post {
    id: PostId,
    title: LocalizedText,
    subtitle: Option<LocalizedText>,
    price: Money,
    parts: Vec<Part>,
    version: i32,
}

#[derive(Serialize, JsonSchema)]
struct Part {
    text: LocalizedText,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewSamplePost")]
#[expect(dead_code, reason = "only its schema is asked for")]
struct Input {
    slug: Slug,
    title: LocalizedText,
    #[serde(default)]
    price: Option<Money>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SamplePostPatch")]
#[expect(dead_code, reason = "only its schema is asked for")]
struct Change {
    #[serde(default)]
    subtitle: Patch<LocalizedText>,
}

const REFUSED: Example = Example { name: "unknown", query: "x=1", status: 422, ..Example::DEFAULT };

pub(super) const LIST: Route = Route {
    name: "content-list-samples",
    path: "/v1/content/samples",
    summary: "Lists samples: \"all\" of them | a page at a time.",
    domain: Domain::Content,
    access: Access::Read,
    allow: Allow::Public,
    list: Some(&List {
        sorts: &["-created_at", "title"],
        filters: &[
            Filter { field: "status", ops: &["eq", "in"], about: "What became of it." },
            Filter { field: "price", ops: &["is_null"], about: "Whether it is for sale." },
        ],
    }),
    query: &[Query { name: "near", about: "A place." }],
    localized: true,
    reply: Shape::of::<Page<Post>>(),
    examples: &[Example { query: "limit=2", ..Example::DEFAULT }, REFUSED],
    rust_path: "content::samples::list::ROUTE",
    ..Route::DEFAULT
};

pub(super) const CREATE: Route = Route {
    name: "content-create-sample",
    method: Method::POST,
    path: "/v1/content/samples",
    summary: "Creates a sample.",
    domain: Domain::Content,
    access: Access::Write,
    allow: Allow::Permission("content.write"),
    localized: true,
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Post>(),
    idempotency: Idempotency::Required,
    problems: &[CONFLICT],
    examples: &[
        Example {
            role: Some("editor"),
            headers: &[("idempotency-key", "a")],
            body: r#"{"slug":"a","title":{"de":"A","en":"A"}}"#,
            status: 201,
            ..Example::DEFAULT
        },
        Example { name: "no-body", role: Some("editor"), status: 400, ..Example::DEFAULT },
        Example {
            name: "not-json",
            role: Some("editor"),
            body: "{",
            status: 400,
            ..Example::DEFAULT
        },
    ],
    rust_path: "content::samples::create::ROUTE",
    ..Route::DEFAULT
};

pub(super) const FIND: Route = Route {
    name: "content-find-sample",
    path: "/v1/content/samples/{id}",
    summary: "Finds a sample.",
    domain: Domain::Content,
    access: Access::Read,
    allow: Allow::Anyone,
    localized: true,
    reply: Shape::of::<Post>(),
    examples: &[
        Example { path: &[ID], ..Example::DEFAULT },
        Example { name: "no-id", path: &["a/b"], status: 404, ..Example::DEFAULT },
    ],
    rust_path: "content::samples::find::ROUTE",
    ..Route::DEFAULT
};

pub(super) const UPDATE: Route = Route {
    name: "content-update-sample",
    method: Method::PATCH,
    path: "/v1/content/samples/{id}",
    summary: "Changes a sample.",
    domain: Domain::Content,
    access: Access::Write,
    allow: Allow::SignedIn,
    localized: true,
    body: Shape::of::<Change>(),
    reply: Shape::of::<Post>(),
    if_match: true,
    examples: &[
        Example {
            role: Some("editor"),
            path: &[ID],
            headers: &[("if-match", "\"1\"")],
            body: r#"{"subtitle":null}"#,
            ..Example::DEFAULT
        },
        Example {
            name: "stale",
            role: Some("editor"),
            path: &[ID],
            headers: &[("if-match", "\"0\"")],
            body: "{}",
            status: 412,
            ..Example::DEFAULT
        },
    ],
    rust_path: "content::samples::update::ROUTE",
    ..Route::DEFAULT
};

pub(super) const DELETE: Route = Route {
    name: "content-delete-sample",
    method: Method::DELETE,
    path: "/v1/content/samples/{id}",
    summary: "Deletes a sample.",
    domain: Domain::Content,
    access: Access::Write,
    allow: Allow::Permission("settings.write"),
    status: 204,
    examples: &[
        Example { role: Some("admin"), path: &[ID], status: 204, ..Example::DEFAULT },
        Example { name: "anonymous", path: &[ID], status: 401, ..Example::DEFAULT },
    ],
    rust_path: "content::samples::delete::ROUTE",
    ..Route::DEFAULT
};

pub(super) const LIVE: Route = Route {
    name: "platform-live",
    path: "/v1/health/live",
    summary: "Tells that functions run.",
    allow: Allow::Public,
    examples: &[Example::DEFAULT, REFUSED],
    rust_path: "platform::live::ROUTE",
    ..Route::DEFAULT
};

pub(super) const FALLBACK: Route = Route {
    name: "platform-fallback",
    path: "$default",
    summary: "Refuses what no route takes.",
    allow: Allow::Public,
    problems: &[NO_ROUTE, METHOD],
    examples: &[Example { name: "unknown", path: &["/nothing"], status: 404, ..Example::DEFAULT }],
    rust_path: "platform::fallback::ROUTE",
    ..Route::DEFAULT
};

/// In the order in which routes are listed.
pub(super) const SAMPLES: &[&Route] = &[&LIVE, &FALLBACK, &LIST, &CREATE, &FIND, &UPDATE, &DELETE];

pub(super) const SWEEP: Job = Job {
    name: "content-sweep-samples",
    summary: "Sweeps samples.",
    domain: Domain::Content,
    schedule: "rate(5 minutes)",
    rust_path: "content::jobs::sweep::JOB",
    ..Job::DEFAULT
};

pub(super) const TAKE: Job = Job {
    rust_path: "content::jobs::take::JOB",
    ..Job::take_events("content-take-events", Domain::Content, content::events::SUBSCRIBERS)
};

pub(super) const RELAY: Job = Job {
    name: "content-relay-events",
    summary: "Hands over events.",
    domain: Domain::Content,
    schedule: "rate(1 minute)",
    settings: &[api::bus::BUS],
    rust_path: "content::jobs::relay::JOB",
    ..Job::DEFAULT
};

pub(super) const JOBS: &[&Job] = &[&SWEEP, &TAKE, &RELAY];
