//! `templates/<domain>.yaml`: the log group, the roles and the functions of a domain.
use std::fmt::Write as _;

use api::{Job, Unit};
use db::{Access, Domain};

use super::{super::WRITTEN, Role, parameters, pascal, roles, url_policies};

/// On that bus only.
const PUT_EVENTS: &str = "        - PolicyName: events
          PolicyDocument:
            Version: \"2012-10-17\"
            Statement:
              - Effect: Allow
                Action: events:PutEvents
                Resource: !Sub \"arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/${EventBus}\"
";

const GLOBALS: &str = "
Globals:
  Function:
    Runtime: provided.al2023
    Handler: bootstrap
    Architectures: [!Ref Architecture]
";

/// The whole template, with the parameters that it needs of the root's.
pub(super) fn text(domain: Domain, units: &[Unit<'_>], root: &str) -> String {
    let (body, name) = (body(domain, units), domain.name());
    let mut text = format!(
        "# {WRITTEN}
AWSTemplateFormatVersion: \"2010-09-09\"
Transform: AWS::Serverless-2016-10-31
Description: >-
  Aruuri: the functions of the {name} domain. template.yaml deploys it, and says what its parameters are.

Parameters:
"
    );
    for (name, lines) in parameters::handed_on(root, &body) {
        let _ = writeln!(text, "  {name}:\n    {}", lines.join("\n    "));
    }
    text + &body
}

/// All of it that follows the parameters.
pub(super) fn body(domain: Domain, units: &[Unit<'_>]) -> String {
    let roles: Vec<Role> = roles(units).into_iter().filter(|role| role.domain == domain).collect();
    let mut text = String::new();
    let policies = url_policies(domain, &roles);
    if !policies.is_empty() {
        text.push_str("\nConditions:\n");
    }
    for policy in policies {
        let _ = writeln!(text, "  {policy}Given: !Not [!Equals [!Ref {policy}, \"\"]]");
    }
    text.push_str(GLOBALS);
    api_role(&mut text, domain);
    log_group(&mut text, domain);
    for role in roles {
        role.write(&mut text);
    }
    for unit in units.iter().filter(|unit| unit.domain() == domain) {
        function(&mut text, *unit);
    }
    text
}

/// With what the API starts these functions: one role, because a permission for each function would refer to the API,
/// which must come after them.
fn api_role(text: &mut String, domain: Domain) {
    let name = domain.name();
    let _ = write!(
        text,
        "
Outputs:
  ApiRoleArn:
    Description: With what the API starts functions of this domain.
    Value: !GetAtt ApiRole.Arn

Resources:
  ApiRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: {{Service: apigateway.amazonaws.com}}
            Action: sts:AssumeRole
      Policies:
        - PolicyName: invoke
          PolicyDocument:
            Version: \"2012-10-17\"
            Statement:
              - Effect: Allow
                Action: lambda:InvokeFunction
                Resource: !Sub \"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:aruuri-${{Stage}}-{name}-*\"
"
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
        "  {id}Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Sub /aruuri/${{Stage}}/{name}
      RetentionInDays: !Ref LogRetentionDays
"
    );
}

impl Role {
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
        match self.access {
            "Relay" => text.push_str(PUT_EVENTS),
            "Take" => {
                let _ = write!(
                    text,
                    "        - PolicyName: dead-letters
          PolicyDocument:
            Version: \"2012-10-17\"
            Statement:
              - Effect: Allow
                Action: sqs:SendMessage
                Resource: !GetAtt {domain}DeadLetters.Arn
"
                );
            }
            _ => {}
        }
        if let Some(policy) = self.url_policy() {
            let _ =
                writeln!(text, "      ManagedPolicyArns: !If [{policy}Given, [!Ref {policy}], []]");
        }
    }
}

/// What starts a function, if no request does: the API says which request starts which.
///
/// EventBridge tries for a day to start what takes events, and Lambda starts it twice more if it fails; then the event
/// lies in the queue of dead letters.
fn event(unit: Unit<'_>) -> String {
    match unit {
        Unit::Route(_) => String::new(),
        Unit::Job(job) if !job.takes.is_empty() => {
            let (topics, queue) = (job.topics().join(", "), dead_letters(job.domain));
            format!(
                "      EventInvokeConfig:
        MaximumRetryAttempts: 2
        DestinationConfig: {{OnFailure: {{Type: SQS, Destination: !GetAtt {queue}.Arn}}}}
      Events:
        Bus:
          Type: EventBridgeRule
          Properties:
            EventBusName: !Ref EventBus
            Pattern: {{detail-type: [{topics}]}}
            RetryPolicy: {{MaximumEventAgeInSeconds: 86400}}
            DeadLetterConfig: {{Arn: !GetAtt {queue}.Arn}}
"
            )
        }
        Unit::Job(Job { schedule, .. }) => format!(
            "      Events:\n        Clock: {{Type: Schedule, Properties: {{Schedule: \"{schedule}\"}}}}\n"
        ),
    }
}

fn dead_letters(domain: Domain) -> String {
    format!("{}DeadLetters", pascal(domain.name()))
}

/// Where events lie that were not taken, for two weeks; only the rule and the function put them there.
fn dead_letter_queue(text: &mut String, job: &Job) {
    let (id, rule) = (dead_letters(job.domain), format!("{}FunctionBus", pascal(job.name)));
    let name = job.domain.name();
    let _ = write!(
        text,
        "  {id}:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub aruuri-${{Stage}}-{name}-dead-letters
      MessageRetentionPeriod: 1209600
      SqsManagedSseEnabled: true
  {id}Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref {id}]
      PolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: {{Service: events.amazonaws.com}}
            Action: sqs:SendMessage
            Resource: !GetAtt {id}.Arn
            Condition: {{ArnEquals: {{\"aws:SourceArn\": !GetAtt {rule}.Arn}}}}
"
    );
}

fn function(text: &mut String, unit: Unit<'_>) {
    if let Unit::Job(job) = unit
        && !job.takes.is_empty()
    {
        dead_letter_queue(text, job);
    }
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
      CodeUri: ../target/lambda/{name}/
      MemorySize: {memory_mb}
      Timeout: {timeout_s}
      Role: !GetAtt {role}.Arn
      LoggingConfig: {{LogFormat: Text, LogGroup: !Ref {domain}Logs}}
      Environment:
        Variables:
{variables}{event}"
    );
}
