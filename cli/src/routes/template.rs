//! `template.yaml`: the head as it is kept by hand, then log groups, roles and functions.
use std::fmt::Write as _;

use api::{Job, Route, Unit};
use db::{Access, Domain};

use super::{WRITTEN, is_fallback};

const HEAD: &str = include_str!("template_head.yaml");
const DATABASE_PARAMETERS: &str = "#{database parameters}\n";
const CONDITIONS: &str = "#{conditions}\n";
/// The HTTP API, its stage, and the log group of both; the migrate function with its role and log group.
const HEAD_RESOURCES: usize = 6;

/// The whole template.
pub(crate) fn text(routes: &[&Route], jobs: &[&Job]) -> String {
    let units = units(routes, jobs);
    let head = HEAD.replace(DATABASE_PARAMETERS, &parameters(&units));
    let head = head.replace(CONDITIONS, &conditions(&units));
    let mut text = format!("# {WRITTEN}\n{head}");
    for domain in domains(&units) {
        log_group(&mut text, domain);
        for role in roles(&units).into_iter().filter(|role| role.domain == domain) {
            role.write(&mut text);
        }
        for unit in units.iter().filter(|unit| unit.domain() == domain) {
            function(&mut text, *unit);
        }
    }
    text
}

fn units<'a>(routes: &[&'a Route], jobs: &[&'a Job]) -> Vec<Unit<'a>> {
    let routes = routes.iter().map(|&route| Unit::Route(route));
    routes.chain(jobs.iter().map(|&job| Unit::Job(job))).collect()
}

/// How many resources CloudFormation counts once the transform has been applied: a function and a permission for
/// each route, the same and a rule for each job, a log group for each domain, its roles, and those of the head.
pub(crate) fn resources(routes: &[&Route], jobs: &[&Job]) -> usize {
    let units = units(routes, jobs);
    let functions = 2 * routes.len() + 3 * jobs.len();
    HEAD_RESOURCES + functions + domains(&units).len() + roles(&units).len()
}

fn domains(units: &[Unit<'_>]) -> Vec<Domain> {
    let used = |domain: &Domain| units.iter().any(|unit| unit.domain() == *domain);
    Domain::ALL.into_iter().filter(used).collect()
}

/// `finance-create` is `FinanceCreate`, `CURSOR_KEY` is `CursorKey`.
fn pascal(text: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    };
    text.split(['-', '_']).map(word).collect()
}

/// The database URLs that functions get. A reading function gets a role that cannot write, whichever way it goes.
fn parameters(units: &[Unit<'_>]) -> String {
    let mut text = String::new();
    for domain in domains(units) {
        let used = |access| units.iter().any(|it| it.domain() == domain && it.access() == access);
        let (id, name) = (pascal(domain.name()), domain.name());
        if used(Access::Write) {
            let about =
                format!("URL of the {name} database for its writing role, through a pooler.");
            parameter(&mut text, &format!("{id}PooledUrl"), &about, true);
        }
        if used(Access::Read) {
            let about =
                format!("URL of the {name} database for its reading role, through a pooler.");
            parameter(&mut text, &format!("{id}PooledReadUrl"), &about, true);
            let about = format!(
                "URL of a replica of the {name} database for its reading role; empty if there is none."
            );
            parameter(&mut text, &format!("{id}ReadUrl"), &about, false);
        }
        if used(Access::Write) || used(Access::Read) {
            let _ = write!(
                text,
                "  {id}Transport:\n    Type: String\n    \
                 Description: How statements reach the {name} database.\n    \
                 Default: tcp\n    AllowedValues: [tcp, http]\n  \
                 {id}SqlHttpUrl:\n    Type: String\n    \
                 Description: Where SQL over HTTP is taken for it; empty for the api host of its URL.\n    \
                 Default: \"\"\n"
            );
        }
        for role in roles(units).iter().filter(|role| role.domain == domain) {
            if let Some(policy) = role.url_policy() {
                let _ = write!(
                    text,
                    "  {policy}:\n    Type: String\n    \
                     Description: ARN of a policy to ask AWS for those URLs with; empty if they are no references.\n    \
                     Default: \"\"\n"
                );
            }
        }
    }
    text
}

/// Whether the parameters that may be empty are not.
fn conditions(units: &[Unit<'_>]) -> String {
    let policies = roles(units).into_iter().filter_map(Role::url_policy);
    policies.map(|it| format!("  {it}Given: !Not [!Equals [!Ref {it}, \"\"]]\n")).collect()
}

fn parameter(text: &mut String, id: &str, about: &str, required: bool) {
    let default = if required { "" } else { "    Default: \"\"\n" };
    let _ = write!(
        text,
        "  {id}:\n    Type: String\n    Description: {about}\n{default}    NoEcho: true\n"
    );
}

/// What the template gives a function for a variable.
fn value(variable: &str, unit: Unit<'_>) -> String {
    if variable == "SSL_CERT_FILE" {
        return "/var/task/ca.pem".to_owned();
    }
    let domain = pascal(unit.domain().name());
    let parameter = match variable.strip_prefix("ARUURI_").unwrap_or(variable) {
        name if name.ends_with("_DATABASE_URL_READ") => format!("{domain}ReadUrl"),
        name if name.ends_with("_DATABASE_URL_POOLED") && unit.access() == Access::Write => {
            format!("{domain}PooledUrl")
        }
        name if name.ends_with("_DATABASE_URL_POOLED") => format!("{domain}PooledReadUrl"),
        name => pascal(name),
    };
    format!("!Ref {parameter}")
}

fn log_group(text: &mut String, domain: Domain) {
    let (id, name) = (pascal(domain.name()), domain.name());
    let _ = write!(
        text,
        "
  {id}Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Sub /aruuri/${{Stage}}/{name}
      RetentionInDays: !Ref LogRetentionDays
"
    );
}

/// Shared by the functions of a domain with the same access: what may write is never what only reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Role {
    domain: Domain,
    access: &'static str,
}

fn roles(units: &[Unit<'_>]) -> Vec<Role> {
    let mut roles = Vec::new();
    for role in units.iter().map(|unit| Role::of(*unit)) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles.sort_by_key(|role| role.access);
    roles
}

impl Role {
    fn of(unit: Unit<'_>) -> Role {
        let access = match unit.access() {
            Access::None => "Plain",
            Access::Read => "Read",
            Access::Write => "Write",
            Access::Admin => "Admin",
        };
        Role { domain: unit.domain(), access }
    }

    fn id(self) -> String {
        format!("{}{}Role", pascal(self.domain.name()), self.access)
    }

    /// The parameter with what it may ask AWS for, if it has a database: one for each role, so that what only reads
    /// cannot ask for the URL of what writes.
    fn url_policy(self) -> Option<String> {
        let reaches = matches!(self.access, "Read" | "Write");
        reaches.then(|| format!("{}{}UrlPolicy", pascal(self.domain.name()), self.access))
    }

    fn write(self, text: &mut String) {
        let (id, domain) = (self.id(), pascal(self.domain.name()));
        let _ = write!(
            text,
            "  {id}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: {{Service: lambda.amazonaws.com}}
            Action: sts:AssumeRole
      Policies:
        - PolicyName: logs
          PolicyDocument:
            Version: \"2012-10-17\"
            Statement:
              - Effect: Allow
                Action: [logs:CreateLogStream, logs:PutLogEvents]
                Resource: !GetAtt {domain}Logs.Arn
"
        );
        if let Some(policy) = self.url_policy() {
            let _ =
                writeln!(text, "      ManagedPolicyArns: !If [{policy}Given, [!Ref {policy}], []]");
        }
    }
}

/// What starts a function.
fn event(unit: Unit<'_>) -> String {
    match unit {
        // An event without method and path is `$default`.
        Unit::Route(route) if is_fallback(route) => {
            "Route: {Type: HttpApi, Properties: {ApiId: !Ref HttpApi}}".to_owned()
        }
        Unit::Route(Route { method, path, .. }) => format!(
            "Route: {{Type: HttpApi, Properties: {{ApiId: !Ref HttpApi, Method: {method}, Path: \"{path}\"}}}}"
        ),
        Unit::Job(Job { schedule, .. }) => {
            format!("Clock: {{Type: Schedule, Properties: {{Schedule: \"{schedule}\"}}}}")
        }
    }
}

fn function(text: &mut String, unit: Unit<'_>) {
    let (name, timeout_s, memory_mb) = (unit.name(), unit.timeout_s(), unit.memory_mb());
    let (id, role, domain) = (pascal(name), Role::of(unit).id(), pascal(unit.domain().name()));
    let summary = serde_json::Value::from(unit.summary());
    let mut variables = String::new();
    for variable in gateway::variables(unit) {
        let _ = writeln!(variables, "          {variable}: {}", value(&variable, unit));
    }
    let event = event(unit);
    let _ = write!(
        text,
        "  {id}Function:
    Type: AWS::Serverless::Function
    Metadata: {{SkipBuild: true}}
    Properties:
      FunctionName: !Sub aruuri-${{Stage}}-{name}
      Description: {summary}
      CodeUri: target/lambda/{name}/
      MemorySize: {memory_mb}
      Timeout: {timeout_s}
      Role: !GetAtt {role}.Arn
      LoggingConfig: {{LogFormat: Text, LogGroup: !Ref {domain}Logs}}
      Environment:
        Variables:
{variables}      Events:
        {event}
"
    );
}
