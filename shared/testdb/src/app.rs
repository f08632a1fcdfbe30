//! A domain with a database of its own.
use std::collections::HashMap;

use api::{Job, Ran, Route, Server, Worker};
use db::{Access, Domain, transport_variables, variables};
use lambda_http::{
    Body, RequestExt as _, aws_lambda_events::apigw::ApiGatewayV2httpRequestContext, http,
    request::RequestContext,
};
use serde_json::Value;
use stack::{Kind, Stack};
use tokio::sync::Mutex;

use crate::{Answer, Call, Database, Relay, Seeds, Transport, check};

/// A domain as its functions see it: every route with its settings, on a database of one test.
#[derive(Debug)]
pub struct App {
    /// The database.
    pub database: Database,
    env: HashMap<String, String>,
    signer: stack::Signer,
    /// Instances that have nothing to do, by route.
    idle: Mutex<HashMap<&'static str, Vec<&'static Server>>>,
}

impl App {
    /// A database with the demo data; roles as in production, reached as `ARUURI_TEST_TRANSPORT` says.
    pub async fn new(domain: Domain) -> App {
        App::with(domain, Seeds::Demo).await
    }

    /// A database without the demo data.
    pub async fn empty(domain: Domain) -> App {
        App::with(domain, Seeds::None).await
    }

    async fn with(domain: Domain, seeds: Seeds) -> App {
        let database = Database::new(domain, seeds).await;
        let mut env: HashMap<String, String> = database.stack.env.clone().into_iter().collect();
        env.retain(|name, _| !name.contains("DATABASE_URL"));
        let signer = Stack::find().and_then(|s| s.signer()).expect("the stack has a key");
        let app = App { database, env, signer, idle: Mutex::default() };
        app.over(Transport::of_environment())
    }

    /// The same database reached that way, whatever `ARUURI_TEST_TRANSPORT` says.
    #[must_use]
    pub fn over(mut self, transport: Transport) -> App {
        let domain = self.database.domain;
        for name in transport_variables(domain, Access::Write) {
            self.env.remove(&name);
        }
        self.env.extend(transport.variables(domain, &self.database.stack));
        let (write, read) = transport.kinds();
        self.on(write, read)
    }

    /// The same database through other servers: `write` and `read` roles by kind.
    #[must_use]
    pub fn on(mut self, write: Kind, read: Kind) -> App {
        for (kind, ending) in [(write, "_POOLED"), (read, "_READ")] {
            let url = self.database.url(kind).expect("the server is there");
            self.env.insert(stack::variable(self.database.domain, ending), url);
        }
        self.idle = Mutex::default();
        self
    }

    /// The same with another variable; `None` unsets it.
    #[must_use]
    pub fn set(mut self, name: &str, value: Option<&str>) -> App {
        self.env.remove(name);
        if let Some(value) = value {
            self.env.insert(name.to_owned(), value.to_owned());
        }
        self.idle = Mutex::default();
        self
    }

    /// The same over TCP with a relay before the primary, which counts round trips and can fail.
    pub async fn through_relay(self) -> (App, Relay) {
        let mut app = self.over(Transport::TcpDirect);
        let primary = app.database.stack.ports.primary;
        let relay = Relay::start(primary).await.expect("a free port");
        for value in app.env.values_mut() {
            *value = value.replace(&format!(":{primary}/"), &format!(":{}/", relay.port));
        }
        (app, relay)
    }

    /// The value of a variable.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str)
    }

    /// A bearer token with these claims, signed with the developer's key.
    pub fn token(&self, claims: &Value) -> String {
        self.signer.sign(claims).expect("a token can be signed")
    }

    /// Calls `route` as the gateway would, without Lambda: an instance with its own connection does one call at a time,
    /// so calls one after the other share it, and those at the same time do not.
    pub async fn call(&self, route: &'static Route, call: impl Into<Call>) -> Answer {
        let idle = self.idle.lock().await.entry(route.name).or_default().pop();
        let server = idle.unwrap_or_else(|| {
            let server = Server::new(route, |name| self.env.get(name).cloned());
            // A test process is short, and a connection pool wants to live for ever.
            Box::leak(Box::new(server.unwrap_or_else(|e| panic!("{e}"))))
        });
        let answer = Answer::new(server.answer(self.request(route, call.into())).await);
        self.idle.lock().await.entry(route.name).or_default().push(server);
        answer
    }

    /// Starts `job` as the clock would, without Lambda, on a connection of its own.
    pub async fn run(&self, job: &'static Job) -> Ran {
        let worker = Worker::new(job, |name| self.env.get(name).cloned());
        worker.unwrap_or_else(|e| panic!("{e}")).run("test", None).await
    }

    /// Starts `job` as EventBridge would, with the document of an event.
    pub async fn take(&self, job: &'static Job, document: &Value) -> Ran {
        let worker = Worker::new(job, |name| self.env.get(name).cloned());
        let worker = worker.unwrap_or_else(|e| panic!("{e}"));
        worker.run_with("test", None, document.clone()).await
    }

    /// Creates what a test needs, and gives it back as it was answered.
    pub async fn created(&self, route: &'static Route, role: &str, body: &Value) -> Value {
        let answer = self.call(route, Call::role(role).json(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body
    }

    /// Goes through a list page by page, and gives the `member` of every row: a text, or JSON.
    pub async fn walk(&self, route: &'static Route, call: Call, member: &str) -> Vec<String> {
        let mut all = Vec::new();
        let mut page = call.clone();
        loop {
            let answer = self.call(route, page).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            let rows = answer.body["data"].as_array().expect("a page");
            all.extend(rows.iter().map(|row| match &row[member] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            }));
            let cursor = answer.body["next_cursor"].as_str();
            assert_eq!(answer.header("link").is_some(), cursor.is_some());
            let Some(cursor) = cursor else { return all };
            page = call.clone().query(format!("{}&cursor={cursor}", call.query));
        }
    }

    fn request(&self, route: &Route, call: Call) -> lambda_http::Request {
        let mut values = call.path.iter();
        let path: Vec<String> = route
            .path
            .split('/')
            .map(|part| match part.starts_with('{') {
                true => values.next().expect("a value for each parameter").clone(),
                false => part.to_owned(),
            })
            .collect();
        let path = match route.path {
            "$default" => call.path.first().cloned().unwrap_or_else(|| "/".to_owned()),
            _ => path.join("/"),
        };
        let query = if call.query.is_empty() { String::new() } else { format!("?{}", call.query) };
        let mut request =
            http::Request::builder().method(route.method.clone()).uri(format!("{path}{query}"));
        let body: &[u8] = call.body.as_deref().unwrap_or_default();
        let secrets = self.var("ARUURI_WEBHOOK_SECRETS").unwrap_or_default();
        for (name, value) in &call.headers {
            let signed = stack::webhook_signature(value, body, secrets);
            request = request.header(name, signed.as_ref().unwrap_or(value));
        }
        if let Some(role) = &call.role {
            let subject = call.contact.map_or_else(stack::developer, types::ContactId::uuid);
            let departments = &call.departments;
            let token = self.signer.token_in(subject, &[role], departments, 600);
            let token = token.expect("a token can be signed");
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(token) = &call.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(call.body.unwrap_or(Body::Empty)).expect("a request");
        let mut context = ApiGatewayV2httpRequestContext::default();
        context.http.source_ip = Some(call.address.unwrap_or_else(|| "127.0.0.1".to_owned()));
        request.with_request_context(RequestContext::ApiGatewayV2(context))
    }

    /// Rows of a table.
    pub async fn count(&self, table: &str) -> i64 {
        self.value(&format!("select count(*)::text from {table}")).await.parse().expect("a number")
    }

    /// One value, as text, whoever may see it.
    pub async fn value(&self, sql: &str) -> String {
        let superuser = self.database.superuser().await;
        let rows =
            superuser.simple_query(sql).await.unwrap_or_else(|e| panic!("{}", db::Chain(&e)));
        let row = rows.iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        row.unwrap_or_default()
    }

    /// Runs statements as the superuser: to bring about what no role of ours can.
    pub async fn execute(&self, sql: &str) {
        let superuser = self.database.superuser().await;
        superuser.batch_execute(sql).await.unwrap_or_else(|e| panic!("{}", db::Chain(&e)));
    }

    /// Compares statements with the schema: parameter and column types, nullability, custom types.
    /// Says what is wrong.
    pub async fn wrong_statements(
        &self,
        lists: &[&'static [&'static dyn db::Statement]],
    ) -> Vec<String> {
        let owner = self.database.owner().await;
        let own = db::idempotency::statements(self.database.domain);
        let own = own.into_iter().chain(db::audit::statements(self.database.domain));
        let own = own.chain(db::events::statements(self.database.domain));
        let own = own.chain(db::position::statements());
        let statements = lists.iter().copied().flatten().copied().chain(own);
        check::statements(&owner, statements.chain(api::PING_STATEMENTS.iter().copied())).await
    }

    /// The constraint names in the sources of the crate at `manifest_dir` that the schema does not know.
    pub async fn unknown_constraints(&self, manifest_dir: &str) -> Vec<String> {
        check::constraints(&self.database.owner().await, manifest_dir).await
    }

    /// The audit log of this domain.
    pub fn audit_log(&self) -> &'static str {
        match self.database.domain {
            Domain::Platform => "audit.audit_logs",
            Domain::Projects => "projects.audit_logs",
            Domain::Finance => "finance.audit_logs",
            Domain::Content => "content.audit_logs",
        }
    }

    /// The actions that the audit log notes of the request that was answered so.
    pub async fn entries(&self, answer: &Answer) -> Vec<String> {
        let request = answer.header("x-request-id").unwrap_or_default();
        let sql = format!(
            "select string_agg(action, ' ' order by action) from {} where request_id = '{request}'",
            self.audit_log()
        );
        self.value(&sql).await.split_whitespace().map(str::to_owned).collect()
    }

    /// Tables whose changes the audit log does not note, and columns that it shows though the studio may not see them.
    pub async fn audit_gaps(&self) -> Vec<String> {
        let found = self.value(&check::gaps(self.database.domain)).await;
        found.lines().map(str::to_owned).collect()
    }

    /// The variables that name this domain's databases.
    pub fn url_variables(&self, access: Access) -> Vec<String> {
        variables(self.database.domain, access)
    }
}
