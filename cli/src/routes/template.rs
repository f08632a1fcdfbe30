//! `template.yaml`: the head as it is kept by hand, then log groups, roles and functions.
use std::fmt::Write as _;

use api::Route;
use db::{Access, Domain};

use super::{WRITTEN, is_fallback};

const HEAD: &str = include_str!("template_head.yaml");
const DATABASE_PARAMETERS: &str = "#{database parameters}\n";
/// The HTTP API, its stage, and the log group of both; the migrate function with its role and log group.
const HEAD_RESOURCES: usize = 6;

/// The whole template.
pub(crate) fn text(routes: &[&Route]) -> String {
    let head = HEAD.replace(DATABASE_PARAMETERS, &parameters(routes));
    let mut text = format!("# {WRITTEN}\n{head}");
    for domain in domains(routes) {
        log_group(&mut text, domain);
        for role in roles(routes).into_iter().filter(|role| role.domain == domain) {
            role.write(&mut text);
        }
        for route in routes.iter().filter(|route| route.domain == domain) {
            function(&mut text, route);
        }
    }
    text
}

/// How many resources CloudFormation counts once the transform has been applied: a function and a permission for
/// each route, a log group for each domain, its roles, and those of the head.
pub(crate) fn resources(routes: &[&Route]) -> usize {
    HEAD_RESOURCES + 2 * routes.len() + domains(routes).len() + roles(routes).len()
}

fn domains(routes: &[&Route]) -> Vec<Domain> {
    let used = |domain: &Domain| routes.iter().any(|route| route.domain == *domain);
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
fn parameters(routes: &[&Route]) -> String {
    let mut text = String::new();
    for domain in domains(routes) {
        let used = |access| routes.iter().any(|it| it.domain == domain && it.access == access);
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
    }
    text
}

fn parameter(text: &mut String, id: &str, about: &str, required: bool) {
    let default = if required { "" } else { "    Default: \"\"\n" };
    let _ = write!(
        text,
        "  {id}:\n    Type: String\n    Description: {about}\n{default}    NoEcho: true\n"
    );
}

/// What the template gives a function for a variable.
fn value(variable: &str, route: &Route) -> String {
    if variable == "SSL_CERT_FILE" {
        return "/var/task/ca.pem".to_owned();
    }
    let domain = pascal(route.domain.name());
    let parameter = match variable.strip_prefix("ARUURI_").unwrap_or(variable) {
        name if name.ends_with("_DATABASE_URL_READ") => format!("{domain}ReadUrl"),
        name if name.ends_with("_DATABASE_URL_POOLED") && route.access == Access::Write => {
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

fn roles(routes: &[&Route]) -> Vec<Role> {
    let mut roles = Vec::new();
    for role in routes.iter().map(|route| Role::of(route)) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles.sort_by_key(|role| role.access);
    roles
}

impl Role {
    fn of(route: &Route) -> Role {
        let access = match route.access {
            Access::None => "Plain",
            Access::Read => "Read",
            Access::Write => "Write",
            Access::Admin => "Admin",
        };
        Role { domain: route.domain, access }
    }

    fn id(self) -> String {
        format!("{}{}Role", pascal(self.domain.name()), self.access)
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
    }
}

fn function(text: &mut String, route: &Route) {
    let Route { name, timeout_s, memory_mb, .. } = route;
    let (id, role, domain) = (pascal(name), Role::of(route).id(), pascal(route.domain.name()));
    let summary = serde_json::Value::from(route.summary);
    let mut variables = String::new();
    for variable in gateway::variables(route) {
        let _ = writeln!(variables, "          {variable}: {}", value(&variable, route));
    }
    // An event without method and path is `$default`.
    let route = match is_fallback(route) {
        true => String::new(),
        false => format!(", Method: {}, Path: \"{}\"", route.method, route.path),
    };
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
        Route: {{Type: HttpApi, Properties: {{ApiId: !Ref HttpApi{route}}}}}
"
    );
}
