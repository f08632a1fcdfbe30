//! What the gateway must know of a function.
use std::{fmt, path::PathBuf, time::Duration};

/// A function: its route if it has one, its binary and the variables it is started with.
#[derive(Clone, PartialEq, Eq)]
pub struct Function {
    /// `finance-contribute`.
    pub name: String,
    /// `GET`; means nothing on the path `$default`, empty for a job.
    pub method: String,
    /// `/v1/finance/contributions/{id}`, or `$default` for what no other route takes; empty for a
    /// job, which no request reaches.
    pub path: String,
    /// After this an invocation's process is ended.
    pub timeout: Duration,
    /// Told to the function, not enforced.
    pub memory_mb: u16,
    /// The executable.
    pub binary: PathBuf,
    /// Its variables beside those of Lambda; it gets no others.
    pub env: Vec<(String, String)>,
}

/// Shows names of variables, never values: they hold passwords and keys.
impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.env.iter().map(|(name, _)| name).collect();
        f.debug_struct("Function")
            .field("name", &self.name)
            .field("route", &self.route_key())
            .field("timeout", &self.timeout)
            .field("memory_mb", &self.memory_mb)
            .field("binary", &self.binary)
            .field("env", &names)
            .finish()
    }
}

impl Function {
    /// `GET /v1/finance/contributions/{id}`, or `$default`.
    #[must_use]
    pub fn route_key(&self) -> String {
        if self.path == "$default" {
            return self.path.clone();
        }
        format!("{} {}", self.method, self.path)
    }

    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:lambda:{REGION}:000000000000:function:{}", self.name)
    }

    /// The variables that Lambda sets, for a process whose Runtime API is at `runtime_api`.
    #[must_use]
    pub fn lambda_env(&self, runtime_api: &str, instance: &str) -> Vec<(&str, String)> {
        let task_root = self.binary.parent().unwrap_or(&self.binary).display().to_string();
        vec![
            ("AWS_LAMBDA_RUNTIME_API", runtime_api.into()),
            ("AWS_LAMBDA_FUNCTION_NAME", self.name.clone()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".into()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", self.memory_mb.to_string()),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".into()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", self.name)),
            ("AWS_LAMBDA_LOG_STREAM_NAME", format!("local/[$LATEST]{instance}")),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON".into()),
            ("AWS_REGION", REGION.into()),
            ("AWS_DEFAULT_REGION", REGION.into()),
            ("LAMBDA_TASK_ROOT", task_root),
            ("LANG", "en_US.UTF-8".into()),
            ("TZ", ":UTC".into()),
            ("_HANDLER", "bootstrap".into()),
        ]
    }
}

/// No region is called so, which makes a call to AWS that should not happen fail at once.
const REGION: &str = "local-1";
