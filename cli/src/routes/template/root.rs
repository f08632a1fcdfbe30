//! `template.yaml`: the head as it is kept by hand, the paths of the API, and a nested stack for each domain.
use std::{collections::BTreeMap, fmt::Write as _};

use api::{Route, Unit};
use db::Domain;

use super::{
    super::{WRITTEN, is_fallback, path_parameters},
    domain, domains, parameters, pascal,
};

const HEAD: &str = include_str!("head.yaml");
const DATABASE_PARAMETERS: &str = "#{database parameters}\n";
const PATHS: &str = "#{paths}\n";
/// The ARN of a function but for the end of its name.
const FUNCTION: &str =
    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:aruuri-${Stage}";

pub(super) fn text(units: &[Unit<'_>]) -> String {
    let head = HEAD.replace(DATABASE_PARAMETERS, &parameters::of_databases(units));
    let head = head.replace(PATHS, &paths(units));
    let mut text = format!("# {WRITTEN}\n{head}");
    for domain in domains(units) {
        let body = domain::body(domain, units);
        let handed_on = parameters::handed_on(&head, &body);
        nested(&mut text, domain, handed_on.iter().map(|(name, _)| *name));
    }
    text
}

fn nested<'a>(text: &mut String, domain: Domain, parameters: impl Iterator<Item = &'a str>) {
    let (id, name) = (pascal(domain.name()), domain.name());
    let _ = write!(
        text,
        "
  {id}:
    Type: AWS::Serverless::Application
    Properties:
      Location: templates/{name}.yaml
      Parameters:
"
    );
    for parameter in parameters {
        let _ = writeln!(text, "        {parameter}: !Ref {parameter}");
    }
}

/// Which function answers what. By name, because the functions are in other stacks; the role comes from the same stack,
/// so that the API leads to a function only when that is there.
fn paths(units: &[Unit<'_>]) -> String {
    let mut paths: BTreeMap<&str, Vec<&Route>> = BTreeMap::new();
    for unit in units {
        if let Unit::Route(route) = unit {
            paths.entry(route.path).or_default().push(route);
        }
    }
    let mut text = String::new();
    for (path, routes) in paths {
        let _ = writeln!(text, "          \"{path}\":");
        for route in routes {
            operation(&mut text, route);
        }
    }
    text
}

fn operation(text: &mut String, route: &Route) {
    let (name, domain) = (route.name, pascal(route.domain.name()));
    let (method, default) = if is_fallback(route) {
        ("x-amazon-apigateway-any-method".to_owned(), "              isDefaultRoute: true\n")
    } else {
        (route.method.as_str().to_ascii_lowercase(), "")
    };
    let _ = write!(text, "            {method}:\n{default}              responses: {{}}\n");
    let parameters = path_parameters(route.path)
        .map(|name| format!("{{name: {name}, in: path, required: true}}"))
        .collect::<Vec<_>>()
        .join(", ");
    if !parameters.is_empty() {
        let _ = writeln!(text, "              parameters: [{parameters}]");
    }
    let _ = write!(
        text,
        "              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                payloadFormatVersion: \"2.0\"
                credentials: !GetAtt {domain}.Outputs.ApiRoleArn
                uri: !Sub \"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/{FUNCTION}-{name}/invocations\"
"
    );
}
