//! Why a request was not answered as asked: RFC 9457 problem details.
use std::{borrow::Cow, error, fmt};

use db::Kind;
use serde::Serialize;
use serde_json::json;

use crate::{Response, response::header};

/// What went wrong, from one registry: the status and title follow from it, callers switch on it.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// `not_found`: the last part of `type` and the member `code`.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// The same sentence each time (RFC 9457, section 3.1.3).
    pub title: &'static str,
}

/// An entry of the registry.
pub type Code = &'static Entry;

macro_rules! codes {
    ($($name:ident $status:literal $code:literal $title:literal;)*) => {
        $(#[doc = $title] pub const $name: Code = &Entry { code: $code, status: $status, title: $title };)*
        /// Every problem that this API answers with.
        pub const CODES: &[Code] = &[$($name),*];
    };
}
codes! {
    MALFORMED 400 "malformed_request" "The request could not be read";
    INVALID_CURSOR 400 "invalid_cursor" "The cursor does not belong to this list";
    INVALID_SIGNATURE 400 "invalid_signature" "The message is not signed by its sender";
    SIGNATURE_EXPIRED 400 "signature_expired" "The message was not signed just now";
    KEY_MISSING 400 "idempotency_key_missing" "This request needs an Idempotency-Key";
    UNAUTHENTICATED 401 "unauthenticated" "A valid access token is needed";
    INSUFFICIENT_FUNDS 402 "insufficient_funds" "The account does not hold enough";
    WRONG_CREDENTIALS 401 "wrong_credentials" "What was sent to sign in with is wrong";
    CODE_NEEDED 401 "second_factor_needed" "A code of the second factor is needed";
    FORBIDDEN 403 "forbidden" "The caller's roles do not allow this";
    FOUR_EYES 403 "four_eyes" "Somebody else has to approve this";
    OTHER_DEPARTMENT 403 "other_department" "The caller does not work in this department";
    NOT_FOUND 404 "not_found" "No such resource";
    UNKNOWN_PROCESSOR 404 "unknown_processor" "No such processor sends us messages";
    NO_ROUTE 404 "no_such_route" "No such route";
    METHOD 405 "method_not_allowed" "The route does not take this method";
    CONFLICT 409 "conflict" "The request conflicts with the current state";
    ALREADY_RECORDED 409 "already_recorded" "It was recorded before, and is not recorded twice";
    TOO_MANY_TOKENS 409 "too_many_tokens" "The caller has as many api tokens as they may";
    LINK_NEEDED 409 "link_needed" "The address has a login already";
    PERIOD_CLOSED 409 "period_closed" "The accounting period of this day is closed";
    NOT_REFUNDABLE 409 "not_refundable" "Not that much of the contribution is left to refund";
    NOT_REVERSIBLE 409 "not_reversible" "What posted the journal takes it back";
    NOT_EMPTY 409 "not_empty" "Money still stands in it";
    DISPUTED 409 "disputed" "The contribution is disputed";
    NOT_THE_PURPOSE 409 "not_the_purpose" "Restricted money stays with its purpose";
    MILESTONE_NOT_APPROVED 409 "milestone_not_approved" "The milestone is not approved in this version";
    BANK_ACCOUNT_UNUSABLE 409 "bank_account_unusable" "The bank account must not be paid to yet";
    CLAIM_CHANGED 409 "claim_changed" "A gift of the claim has changed since";
    CLAIM_STATE 409 "claim_state" "The claim stands where this cannot be done";
    DECLARATION_CANCELLED 409 "declaration_cancelled" "The declaration has been cancelled already";
    SMALL_DONATIONS_LIMIT 409 "small_donations_limit" "Not that much of the small donations counts";
    OUT_OF_TIME 409 "out_of_time" "The time in which it could be claimed is over";
    NOTHING_TO_CLAIM 409 "nothing_to_claim" "No gift can be claimed now";
    QUOTE_STATE 409 "quote_state" "The quote stands where this cannot be done";
    QUOTE_EXPIRED 409 "quote_expired" "The last day of the quote is over";
    QUOTE_STANDS 409 "quote_stands" "The quote that it replaces still stands";
    QUOTE_CONVERTED 409 "quote_converted" "The quote has become an invoice already";
    INVOICE_STATE 409 "invoice_state" "The invoice stands where this cannot be done";
    ABOVE_OPEN 409 "above_open" "Not that much of the invoice is open";
    ABOVE_INVOICED 409 "above_invoiced" "Not that much of the invoice is left to credit";
    NOT_OVERDUE 409 "not_overdue" "The invoice may still be paid in time";
    SELLER_UNKNOWN 409 "seller_unknown" "What an invoice must say of us is not known";
    VAT_INVOICE_INCOMPLETE 409 "vat_invoice_incomplete" "Something that a VAT invoice must say is missing";
    TAX_RATE_CHANGED 409 "tax_rate_changed" "The rate of a tax has changed since";
    MANDATE_STATE 409 "mandate_state" "The mandate stands where this cannot be done";
    STATEMENT_GAP 409 "statement_gap" "The statement does not follow from the one beside it";
    LINE_STATE 409 "line_state" "The line stands where this cannot be done";
    ALREADY_MATCHED 409 "already_matched" "Not that much of the journal is left to match";
    NOT_WAITING 409 "not_waiting" "The message does not wait to be acted on";
    IN_PROGRESS 409 "request_in_progress" "A request with this Idempotency-Key is still at work";
    FORGOTTEN 410 "forgotten" "What was answered to this request is not kept any more";
    STALE 412 "stale_version" "The resource has changed since it was read";
    TOO_LARGE 413 "body_too_large" "The body is too large";
    URI_TOO_LONG 414 "uri_too_long" "The path or query is too long";
    MEDIA_TYPE 415 "unsupported_media_type" "The body must be application/json";
    INVALID 422 "invalid_request" "The request breaks a rule";
    CLAIM_REFUSED 422 "claim_refused" "The tax office would refuse the claim";
    NOT_CLAIMABLE 422 "not_claimable" "A gift cannot be claimed";
    NOT_INDIVIDUAL 422 "not_individual" "Only a person can declare";
    RECEIPT_ABOVE_DUE 422 "receipt_above_due" "More was received than is due";
    KEY_REUSED 422 "idempotency_key_reused" "The Idempotency-Key belongs to another request";
    PRECONDITION 428 "precondition_required" "This request needs If-Match";
    TOO_MANY 429 "too_many_attempts" "There were too many attempts";
    INTERNAL 500 "internal_error" "Something went wrong on our side";
    TAX_OFFICE_OFF 501 "tax_office_not_connected" "No connection to the tax office is set up";
    ISSUER_UNREACHABLE 503 "issuer_unreachable" "The issuer of the token does not answer now";
    UNREACHABLE 503 "database_unreachable" "The database cannot be reached now";
    OUTCOME_UNKNOWN 503 "outcome_unknown" "The connection broke; the work may or may not have been done";
    READ_ONLY 503 "database_read_only" "The database takes no writes now";
    FULL 503 "database_full" "The database has no room now";
    BUSY 503 "database_busy" "Other work is in the way";
    TOO_SLOW 504 "too_slow" "The work took too long and was stopped";
}

/// One thing that is wrong with the request, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// JSON pointer (RFC 6901) into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Path or query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Request header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// What is wrong with it: "must be at most 200 characters".
    pub detail: String,
}

/// Why a request was not answered as asked. The caller reads code and detail; the log reads the cause.
#[derive(Debug)]
pub struct Problem {
    /// Which problem.
    pub code: Code,
    /// What is special about this occurrence; constant for 5xx.
    pub detail: Cow<'static, str>,
    /// Where it is, if it is in the request.
    pub errors: Vec<Fault>,
    headers: Vec<(&'static str, Cow<'static, str>)>,
    cause: Option<Box<dyn error::Error + Send + Sync>>,
}

impl Problem {
    /// A problem with a sentence of its own.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            headers: Vec::new(),
            cause: None,
        }
    }

    /// 422: the body breaks a rule at `pointer`.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Problem {
        Problem::body(INVALID, Some(pointer.into()), detail.into())
    }

    pub(crate) fn body(code: Code, pointer: Option<String>, detail: String) -> Problem {
        Problem::faulty(code, Fault { pointer, parameter: None, header: None, detail })
    }

    /// A path or query parameter is wrong.
    pub fn parameter(code: Code, name: impl Into<String>, detail: impl Into<String>) -> Problem {
        let (parameter, detail) = (Some(name.into()), detail.into());
        Problem::faulty(code, Fault { pointer: None, parameter, header: None, detail })
    }

    /// A header is missing or wrong.
    pub fn header(code: Code, name: &'static str, detail: impl Into<String>) -> Problem {
        let (header, detail) = (Some(name.to_owned()), detail.into());
        Problem::faulty(code, Fault { pointer: None, parameter: None, header, detail })
    }

    fn faulty(code: Code, fault: Fault) -> Problem {
        let place = [&fault.pointer, &fault.parameter, &fault.header].into_iter().flatten().next();
        let detail = match place {
            Some(place) if !place.is_empty() => format!("{place} {}", fault.detail),
            _ => fault.detail.clone(),
        };
        Problem { errors: vec![fault], ..Problem::new(code, detail) }
    }

    /// 404; also for what the caller may not see.
    pub fn not_found(what: &'static str) -> Problem {
        Problem::new(NOT_FOUND, format!("{what} not found"))
    }

    /// 429, with the seconds to wait.
    pub fn too_many(wait_s: i32) -> Problem {
        Problem::new(TOO_MANY, format!("try again in {wait_s} seconds"))
            .with(header::RETRY_AFTER, wait_s.to_string())
    }

    /// 409.
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(CONFLICT, detail)
    }

    /// 409 of a request that was carried out before, perhaps under a key that is no longer known.
    pub fn already_recorded(detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(ALREADY_RECORDED, detail)
    }

    /// Adds a response header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Problem {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds the cause, for the log only.
    #[must_use]
    pub fn because(mut self, cause: impl error::Error + Send + Sync + 'static) -> Problem {
        self.cause = Some(Box::new(cause));
        self
    }

    /// The response; `instance` names the request (its id) for whoever reports it.
    pub(crate) fn response(&self, request_id: &str) -> Response {
        let Entry { code, status, title } = *self.code;
        let mut body = json!({
            "type": format!("urn:aruuri:problem:{code}"),
            "title": title,
            "status": status,
            "detail": self.detail,
            "instance": format!("urn:aruuri:request:{request_id}"),
            "code": code,
            "request_id": request_id,
        });
        if !self.errors.is_empty() {
            body["errors"] = json!(self.errors);
        }
        let mut response = Response::new(status);
        response.set(header::CONTENT_TYPE, "application/problem+json");
        response.set(header::CACHE_CONTROL, "no-store");
        for (name, value) in &self.headers {
            response.set(name, value.as_ref());
        }
        response.body = body.to_string();
        response
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.code, self.detail)
    }
}

impl error::Error for Problem {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.cause.as_deref().map(|e| e as &(dyn error::Error + 'static))
    }
}

/// What is said when the database fails; what it said itself goes to the log.
impl From<db::Error> for Problem {
    fn from(e: db::Error) -> Problem {
        let (code, detail, retry) = match e.kind() {
            Kind::Unreachable => (UNREACHABLE, "nothing was done; try again", true),
            Kind::OutcomeUnknown => {
                (OUTCOME_UNKNOWN, "repeat the request with the same Idempotency-Key", true)
            }
            Kind::Timeout => (TOO_SLOW, "repeat the request with the same Idempotency-Key", true),
            Kind::StatementTimeout => (TOO_SLOW, "nothing was done; ask for less", false),
            Kind::Contention | Kind::LockTimeout | Kind::Behind => {
                (BUSY, "nothing was done; try again", true)
            }
            Kind::ReadOnly => (READ_ONLY, "nothing was done; try again", true),
            Kind::Full => (FULL, "nothing was done; try again later", true),
            Kind::Input => (INVALID, "a value does not fit", false),
            Kind::Config | Kind::Constraint | Kind::Bug => {
                (INTERNAL, "the request was not carried out", false)
            }
        };
        let problem = Problem::new(code, detail).because(e);
        if retry { problem.with(header::RETRY_AFTER, "1") } else { problem }
    }
}

/// Turns a broken constraint into the problem that the caller should read.
pub trait OnConstraint<T> {
    /// `problem` if the constraint called `name` was broken.
    ///
    /// # Errors
    /// `problem`, or what went wrong otherwise.
    fn on_constraint(self, name: &str, problem: impl FnOnce() -> Problem) -> Result<T, Problem>;
}

impl<T> OnConstraint<T> for Result<T, db::Error> {
    fn on_constraint(self, name: &str, problem: impl FnOnce() -> Problem) -> Result<T, Problem> {
        self.map_err(Problem::from).on_constraint(name, problem)
    }
}

impl<T> OnConstraint<T> for Result<T, Problem> {
    fn on_constraint(self, name: &str, problem: impl FnOnce() -> Problem) -> Result<T, Problem> {
        self.map_err(|p| match p.cause.as_ref().and_then(|c| c.downcast_ref::<db::Error>()) {
            Some(e) if e.constraint() == Some(name) => problem(),
            _ => p,
        })
    }
}
