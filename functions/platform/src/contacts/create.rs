//! `POST /v1/platform/contacts`: record a person.
use api::{
    Allow, Example, Idempotency, Method, OnConstraint as _, Problem, Request, Response, Route,
    Shape, problem,
};
use db::{Access, Domain, Session};
use types::{ContactId, Patch};

use super::{explained, object, person};
use crate::{
    departments,
    sql::contacts::{Contact, INSERT},
};

/// The route.
pub const ROUTE: Route = Route {
    name: "platform-create-contact",
    method: Method::POST,
    path: "/v1/platform/contacts",
    summary: "Records a person. Who may be the same is asked for separately.",
    domain: Domain::Platform,
    access: Access::Write,
    allow: Allow::Permission("contacts.write"),
    status: 201,
    body: Shape::of::<Input>(),
    reply: Shape::of::<Contact>(),
    idempotency: Idempotency::Accepted,
    problems: &[problem::CONFLICT, problem::OTHER_DEPARTMENT],
    in_session: Some(|req, db| Box::pin(create(req, db))),
    examples: &[
        GOOD,
        Example {
            name: "no-name",
            headers: &[],
            body: r#"{"salutation": "ms"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "no-number",
            headers: &[],
            body: r#"{"last_name": "Nair", "phone": "call me"}"#,
            status: 422,
            ..GOOD
        },
        Example {
            name: "recorded-already",
            headers: &[],
            body: r#"{"id": "1009019a-bc0c-5485-84c2-361fad310833", "last_name": "Nair"}"#,
            status: 409,
            ..GOOD
        },
        GOOD.not_allowed("contributor"),
        GOOD.no_token(),
    ],
    ..Route::DEFAULT
};

const GOOD: Example = Example {
    role: Some("employee"),
    headers: &[("idempotency-key", "new-contact")],
    body: r#"{"first_name": "Priya", "last_name": "Nair", "email": "priya@example.org", "phone": "+44 1632 960033", "language": "en", "city": "Leeds", "country": "GB", "segment": "private"}"#,
    status: 201,
    ..Example::DEFAULT
};

person! {
    /// A new contact: at least a name, an address of mail or a number.
    #[cfg_attr(feature = "openapi", schemars(rename = "NewContact"))]
    Input {
        /// Chosen by the caller, or made up.
        #[serde(default, skip_serializing)]
        id: Option<ContactId>,
    }
}

impl Input {
    /// Whether anybody could find the person again.
    fn is_somebody(&self) -> bool {
        let texts = [&self.phone, &self.mobile];
        matches!(self.first_name, Patch::Value(_))
            || matches!(self.last_name, Patch::Value(_))
            || matches!(self.email, Patch::Value(_))
            || texts.into_iter().any(|text| matches!(text, Patch::Value(_)))
    }
}

async fn create(req: &Request, db: &Session<'_>) -> Result<Response, Problem> {
    let mut input: Input = req.json()?;
    if !input.is_somebody() {
        return Err(Problem::invalid(
            "/last_name",
            "or another name, email or phone must be given",
        ));
    }
    let departments = req.departments("contacts.write")?;
    if let Some(id) = departments::placed(&departments, input.department_id.as_value().copied())? {
        input.department_id = Patch::Value(id);
    }
    let row = (input.id.unwrap_or_else(ContactId::new), object(&input)?, req.actor()?);
    api::once(req, db, async |on| {
        let contact = explained(INSERT.one(on, row).await)
            .on_constraint("contacts_pkey", || Problem::conflict("contact already recorded"))?;
        api::created(req, &contact)
    })
    .await
}
