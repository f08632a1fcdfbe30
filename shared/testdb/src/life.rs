//! What every resource that is created, changed, deleted and restored has in common.
use api::{Idempotency, Route};
use serde_json::{Value, json};

use crate::{Answer, App, Call};

/// The routes of one resource, and what to send them.
#[derive(Debug)]
pub struct Life<'a> {
    /// `GET …/{id}`.
    pub find: &'static Route,
    /// `POST …`.
    pub create: &'static Route,
    /// `PATCH …/{id}`.
    pub update: &'static Route,
    /// `DELETE …/{id}`.
    pub delete: &'static Route,
    /// `POST …/{id}/restore`.
    pub restore: &'static Route,
    /// A role that may call them all.
    pub role: &'a str,
    /// A role that may write none.
    pub reader: &'a str,
    /// What is created; not in the database yet.
    pub body: Value,
    /// What is changed of it.
    pub change: Value,
    /// Whether `body` has a member that no other live row may have.
    pub unique: bool,
}

impl Life<'_> {
    /// Lives through it all, and panics at the first thing that is not as everywhere.
    pub async fn live(&self, app: &App) {
        let id = self.is_created_once(app).await;
        self.is_changed_only_in_its_current_version(app, &id).await;
        self.is_not_sent_again_to_who_has_it(app, &id).await;
        self.is_written_by_nobody_else(app, &id).await;
        self.is_deleted_and_restored(app, &id).await;
    }

    fn call(&self, id: &str) -> Call {
        Call::role(self.role).path(id)
    }

    async fn is_created_once(&self, app: &App) -> String {
        let create = |key: &str, body: &Value| {
            Call::role(self.role).header("idempotency-key", key).json(body)
        };
        let mut odd = self.body.clone();
        odd["surprise"] = json!(1);
        assert_eq!(self.create.idempotency, Idempotency::Accepted);

        let refused = app.call(self.create, create("k", &odd)).await;
        let first = app.call(self.create, create("k", &self.body)).await;
        let again = app.call(self.create, create("k", &self.body)).await;
        let other = app.call(self.create, create("k", &json!({}))).await;
        let malformed = app.call(self.create, Call::role(self.role).json(&json!([]))).await;

        is(&refused, 422, "/surprise");
        is(&first, 201, "");
        is(&again, 201, "");
        assert_eq!(
            (&first.body, again.header("idempotency-replayed")),
            (&again.body, Some("true"))
        );
        assert_eq!(other.status, 422, "{}", other.body);
        assert_eq!(malformed.status, 422, "{}", malformed.body);
        let id = first.body["id"].as_str().expect("an id").to_owned();
        let location = first.header("location").expect("a location");
        assert_eq!(location, format!("{}/{id}", self.create.path));
        if self.unique {
            let twice = app.call(self.create, Call::role(self.role).json(&self.body)).await;
            assert_eq!((twice.status, twice.code()), (409, "conflict"), "{}", twice.body);
        }
        let mut same = self.body.clone();
        same["id"] = json!(id);
        let same = app.call(self.create, Call::role(self.role).json(&same)).await;
        assert_eq!(same.status, 409, "{}", same.body);
        id
    }

    async fn is_changed_only_in_its_current_version(&self, app: &App, id: &str) {
        let change = |tag: &str| self.call(id).header("if-match", tag).json(&self.change);
        let mut odd = self.change.clone();
        odd["surprise"] = json!(1);
        let nobody = "00000000-0000-4000-8000-000000000000";

        let without = app.call(self.update, self.call(id).json(&self.change)).await;
        let stale = app.call(self.update, change("\"7\"")).await;
        let weak = app.call(self.update, change("W/\"1\"")).await;
        let odd = app.call(self.update, self.call(id).header("if-match", "\"1\"").json(&odd)).await;
        let changed = app.call(self.update, change("\"1\"")).await;
        let raced = app.call(self.update, change("\"1\"")).await;
        let unknown = self.call(nobody).header("if-match", "\"1\"").json(&self.change);
        let unknown = app.call(self.update, unknown).await;
        let malformed = self.call("7").header("if-match", "\"1\"").json(&self.change);
        let malformed = app.call(self.update, malformed).await;

        is(&without, 428, "if-match");
        is(&stale, 412, "if-match");
        is(&weak, 412, "if-match");
        is(&odd, 422, "/surprise");
        is(&changed, 200, "");
        assert_eq!(changed.body["version"], 2);
        assert!(changed.header("etag").expect("a tag").starts_with("\"2"));
        is(&raced, 412, "if-match");
        is(&unknown, 404, "");
        is(&malformed, 404, "id");
    }

    async fn is_not_sent_again_to_who_has_it(&self, app: &App, id: &str) {
        let found = app.call(self.find, self.call(id)).await;
        let tag = found.header("etag").expect("a tag").to_owned();
        let tagged = |tag: String| self.call(id).header("if-none-match", tag);

        let known = app.call(self.find, tagged(tag.clone())).await;
        let listed = app.call(self.find, tagged(format!("\"1\", W/{tag}"))).await;
        let old = app.call(self.find, tagged("\"1\"".to_owned())).await;

        assert_eq!((found.status, known.status, listed.status, old.status), (200, 304, 304, 200));
        assert_eq!((&known.body, known.header("etag")), (&Value::Null, Some(&*tag)));
    }

    async fn is_written_by_nobody_else(&self, app: &App, id: &str) {
        for route in [self.create, self.update, self.delete, self.restore] {
            let call = |call: Call| {
                let call = if route.path.contains('{') { call.path(id) } else { call };
                let call = if route.if_match { call.header("if-match", "\"2\"") } else { call };
                if route.name == self.create.name { call.json(&self.body) } else { call }
            };
            let nobody = app.call(route, call(Call::anonymous())).await;
            let reader = app.call(route, call(Call::role(self.reader))).await;
            is(&nobody, 401, "");
            is(&reader, 403, "");
        }
    }

    async fn is_deleted_and_restored(&self, app: &App, id: &str) {
        let tagged = |tag: &str| self.call(id).header("if-match", tag);

        let without = app.call(self.delete, self.call(id)).await;
        let stale = app.call(self.delete, tagged("\"1\"")).await;
        let gone = app.call(self.delete, tagged("\"2\"")).await;
        let again = app.call(self.delete, tagged("\"2\"")).await;
        let found = app.call(self.find, self.call(id)).await;
        let changed = app.call(self.update, tagged("\"3\"").json(&self.change)).await;
        let back = app.call(self.restore, self.call(id)).await;
        let back_again = app.call(self.restore, self.call(id)).await;

        is(&without, 428, "if-match");
        is(&stale, 412, "if-match");
        assert_eq!((gone.status, again.status), (204, 204), "{}", gone.body);
        is(&found, 404, "");
        is(&changed, 404, "");
        is(&back, 200, "");
        is(&back_again, 200, "");
        assert_eq!((&back.body["version"], &back.body), (&json!(4), &back_again.body));
        if self.unique {
            self.stays_deleted_when_its_name_is_taken(app, id).await;
        }
    }

    async fn stays_deleted_when_its_name_is_taken(&self, app: &App, id: &str) {
        app.call(self.delete, self.call(id).header("if-match", "\"4\"")).await;
        let heir = app.call(self.create, Call::role(self.role).json(&self.body)).await;

        let back = app.call(self.restore, self.call(id)).await;

        is(&heir, 201, "");
        assert_eq!((back.status, back.code()), (409, "conflict"), "{}", back.body);
    }
}

fn is(answer: &Answer, status: u16, place: &str) {
    assert_eq!((answer.status, answer.place()), (status, place), "{}", answer.body);
}
