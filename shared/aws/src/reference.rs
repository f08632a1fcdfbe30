//! Where a value is kept.
use std::fmt;

/// A value elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// `secretsmanager:<name or ARN>`, and `#<member>` of the JSON document that the secret is.
    Secret {
        /// Name or ARN.
        id: String,
        /// A member of the document; otherwise the whole secret.
        member: Option<String>,
    },
    /// `ssm:<name or ARN>`, decrypted.
    Parameter {
        /// Name or ARN.
        name: String,
    },
}

impl Reference {
    /// Reads a value that may be one; `None` for any other value.
    pub fn parse(value: &str) -> Option<Reference> {
        let value = value.trim();
        if let Some(id) = value.strip_prefix("secretsmanager:") {
            let (id, member) = match id.split_once('#') {
                Some((id, member)) => (id, Some(member.to_owned())),
                None => (id, None),
            };
            return Some(Reference::Secret { id: id.to_owned(), member });
        }
        let name = value.strip_prefix("ssm:")?;
        Some(Reference::Parameter { name: name.to_owned() })
    }

    /// The region that an ARN names: `arn:aws:secretsmanager:<region>:…`.
    pub(crate) fn region(&self) -> Option<&str> {
        let (Reference::Secret { id: arn, .. } | Reference::Parameter { name: arn }) = self;
        arn.strip_prefix("arn:")?.split(':').nth(2).filter(|region| !region.is_empty())
    }
}

/// Names, which are no secret.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reference::Secret { id, member: None } => write!(f, "secretsmanager:{id}"),
            Reference::Secret { id, member: Some(member) } => {
                write!(f, "secretsmanager:{id}#{member}")
            }
            Reference::Parameter { name } => write!(f, "ssm:{name}"),
        }
    }
}
