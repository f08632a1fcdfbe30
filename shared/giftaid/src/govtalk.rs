//! The messages of the tax office's Transaction Engine: a claim is submitted, polled until there is an answer, and deleted
//! there. Only their text: who sends them keeps the rules of [`Answer`].

use std::{error, fmt};

use types::{Date, Timestamp};

use crate::r68::{ENVELOPE, Submission};
use crate::xml::Xml;

/// The class of charity claims.
pub const CLASS: &str = "HMRC-CHAR-CLM";

/// Who sends, as the tax office knows them. Debug never shows the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Sender {
    /// Name of the account with the Government Gateway.
    pub sender_id: String,
    /// Its password.
    pub password: String,
    /// The number that a software vendor gets when it is recognised.
    pub vendor_id: String,
    /// What sends, and of which version.
    pub product: (String, String),
    /// Where to: the test service checks and forgets.
    pub service: Service,
}

/// Which service a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The one that pays.
    Live,
    /// The one that only checks.
    Test,
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("sender_id", &self.sender_id).finish_non_exhaustive()
    }
}

/// A claim to be taken. `transaction_id` is ours, at most 32 of `0-9A-F`: by it a claim whose answer was lost is found again.
pub fn submit(
    submission: &Submission,
    sender: &Sender,
    transaction_id: &str,
    at: Timestamp,
) -> String {
    let mark = submission.irmark();
    message(|xml| {
        header(xml, "request", "submit", (transaction_id, ""), sender, Some(at));
        xml.element("GovTalkDetails", |xml| {
            xml.element("Keys", |xml| {
                xml.with("Key", &[("Type", "CHARID")], |xml| xml.chars(&submission.claim.hmrc_ref));
            });
            xml.element("ChannelRouting", |xml| {
                xml.element("Channel", |xml| {
                    xml.text("URI", &sender.vendor_id);
                    xml.text("Product", &sender.product.0);
                    xml.text("Version", &sender.product.1);
                });
            });
        });
        xml.element("Body", |xml| xml.raw(&submission.body(Some(&mark))));
    })
}

/// Asks what became of a submission.
pub fn poll(correlation_id: &str, sender: &Sender) -> String {
    plain("poll", "submit", correlation_id, sender, |_| {})
}

/// Lets the tax office forget a submission that has been answered.
pub fn delete(correlation_id: &str, sender: &Sender) -> String {
    plain("request", "delete", correlation_id, sender, |_| {})
}

/// Asks for the submissions of some days, to find one whose answer was lost.
pub fn list(first: Date, last: Date, sender: &Sender) -> String {
    let day = |day: Date| format!("{:02}/{:02}/{}", day.day(), day.month(), day.year());
    plain("request", "list", "", sender, |xml| {
        xml.text("IncludeIdentifiers", "1");
        xml.text("StartDate", &day(first));
        xml.text("EndDate", &day(last));
    })
}

fn plain(
    qualifier: &str,
    function: &str,
    correlation_id: &str,
    sender: &Sender,
    body: impl FnOnce(&mut Xml),
) -> String {
    message(|xml| {
        header(xml, qualifier, function, ("", correlation_id), sender, None);
        xml.element("GovTalkDetails", |xml| xml.element("Keys", |_| {}));
        xml.element("Body", body);
    })
}

fn message(inside: impl FnOnce(&mut Xml)) -> String {
    let mut xml = Xml::default();
    xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.with("GovTalkMessage", &[("xmlns", ENVELOPE)], |xml| {
        xml.text("EnvelopeVersion", "2.0");
        inside(xml);
    });
    xml.finish()
}

fn header(
    xml: &mut Xml,
    qualifier: &str,
    function: &str,
    (transaction_id, correlation_id): (&str, &str),
    sender: &Sender,
    at: Option<Timestamp>,
) {
    xml.element("Header", |xml| {
        xml.element("MessageDetails", |xml| {
            xml.text("Class", CLASS);
            xml.text("Qualifier", qualifier);
            xml.text("Function", function);
            xml.text("TransactionID", transaction_id);
            xml.text("CorrelationID", correlation_id);
            xml.text("Transformation", "XML");
            xml.maybe("GatewayTest", (sender.service == Service::Test).then_some("1"));
            xml.maybe("GatewayTimestamp", at.map(|at| format!("{at:.3}")).as_deref());
        });
        xml.element("SenderDetails", |xml| {
            xml.element("IDAuthentication", |xml| {
                xml.text("SenderID", &sender.sender_id);
                xml.element("Authentication", |xml| {
                    xml.text("Method", "clear");
                    xml.text("Value", &sender.password);
                });
            });
        });
    });
}

/// What the tax office answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has the claim and will answer; ask again after so many seconds.
    Acknowledged {
        /// Its id of the submission.
        correlation_id: String,
        /// Where to ask.
        endpoint: Option<String>,
        /// Seconds to wait.
        poll_after_s: u32,
    },
    /// It has taken the claim.
    Accepted {
        /// Its id of the submission.
        correlation_id: String,
        /// Its receipt, for the file.
        message: String,
    },
    /// It has refused the claim for what is in it: nothing of it was taken.
    Rejected {
        /// Its id of the submission; empty if it gave none.
        correlation_id: String,
        /// What is wrong.
        errors: Vec<Refusal>,
    },
    /// It has refused the message before reading the claim (a wrong password, a wrong form): nothing was taken.
    Refused(Refusal),
    /// It cannot say now: ask again later. A submission answered so is unknown.
    Busy(Refusal),
    /// Submissions it knows of.
    Known(Vec<Record>),
    /// It has forgotten a submission, as asked.
    Deleted,
}

/// An error that the tax office names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// Its number.
    pub number: String,
    /// What it says.
    pub text: String,
    /// Where in the claim, a path.
    pub path: String,
    /// The line, from 1; none: the claim as a whole.
    pub line: Option<u32>,
}

/// A submission that the tax office knows of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub correlation_id: String,
    /// Ours.
    pub transaction_id: String,
    /// `SUBMISSION_ACKNOWLEDGE`, `SUBMISSION_RESPONSE`, `SUBMISSION_ERROR`.
    pub status: String,
}

/// An answer that is no answer: whatever was asked, its outcome is unknown.
#[derive(Debug)]
pub enum Unreadable {
    /// It is no XML.
    Xml(roxmltree::Error),
    /// It is no message of the Transaction Engine.
    Shape(&'static str),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Xml(_) => f.write_str("the tax office's answer is no XML"),
            Unreadable::Shape(what) => write!(f, "the tax office's answer has {what}"),
        }
    }
}

impl error::Error for Unreadable {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Unreadable::Xml(e) => Some(e),
            Unreadable::Shape(_) => None,
        }
    }
}

type Node<'a, 'i> = roxmltree::Node<'a, 'i>;

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn below(node: Node<'_, '_>, name: &str) -> String {
    child(node, name).and_then(|child| child.text()).unwrap_or_default().trim().to_owned()
}

/// Reads an answer.
///
/// # Errors
/// It is none: the outcome of what was asked is unknown.
pub fn read(answer: &str) -> Result<Answer, Unreadable> {
    let document = roxmltree::Document::parse(answer).map_err(Unreadable::Xml)?;
    let root = document.root_element();
    let find = |name: &str| root.descendants().find(|node| node.tag_name().name() == name);
    let details = find("MessageDetails").ok_or(Unreadable::Shape("no MessageDetails"))?;
    let correlation_id = below(details, "CorrelationID");
    let (qualifier, function) = (below(details, "Qualifier"), below(details, "Function"));
    match (qualifier.as_str(), function.as_str()) {
        ("acknowledgement", _) => {
            let endpoint = child(details, "ResponseEndPoint");
            let wait =
                endpoint.and_then(|e| e.attribute("PollInterval")).and_then(|s| s.parse().ok());
            if correlation_id.is_empty() {
                return Err(Unreadable::Shape("an acknowledgement without CorrelationID"));
            }
            let endpoint = endpoint.and_then(|e| e.text()).map(|url| url.trim().to_owned());
            // The schema's default is 2 seconds.
            Ok(Answer::Acknowledged { correlation_id, endpoint, poll_after_s: wait.unwrap_or(2) })
        }
        ("response", "submit") => {
            let body = find("SuccessResponse");
            let messages = body.into_iter().flat_map(|body| body.descendants());
            let texts = messages.filter(|node| node.tag_name().name() == "Message");
            let message: Vec<&str> = texts.filter_map(|node| node.text()).map(str::trim).collect();
            Ok(Answer::Accepted { correlation_id, message: message.join("\n") })
        }
        ("response", "delete") => Ok(Answer::Deleted),
        ("response", "list") => Ok(Answer::Known(
            root.descendants()
                .filter(|node| node.tag_name().name() == "StatusRecord")
                .map(record)
                .collect(),
        )),
        ("error", _) => {
            let errors =
                find("GovTalkErrors").ok_or(Unreadable::Shape("an error without GovTalkErrors"))?;
            let first =
                child(errors, "Error").ok_or(Unreadable::Shape("an error without Error"))?;
            match below(first, "Type").as_str() {
                "business" => {
                    let details =
                        find("ErrorResponse").into_iter().flat_map(|body| body.children());
                    let mut errors: Vec<Refusal> = details
                        .filter(|node| node.tag_name().name() == "Error")
                        .map(refusal)
                        .collect();
                    if errors.is_empty() {
                        errors.push(refusal(first));
                    }
                    Ok(Answer::Rejected { correlation_id, errors })
                }
                "recoverable" | "warning" => Ok(Answer::Busy(refusal(first))),
                "fatal" => Ok(Answer::Refused(refusal(first))),
                _ => Err(Unreadable::Shape("an error of unknown type")),
            }
        }
        _ => Err(Unreadable::Shape("an unknown qualifier or function")),
    }
}

fn record(node: Node<'_, '_>) -> Record {
    Record {
        correlation_id: below(node, "CorrelationID"),
        transaction_id: below(node, "TransactionID"),
        status: below(node, "Status"),
    }
}

fn refusal(node: Node<'_, '_>) -> Refusal {
    let path = below(node, "Location");
    let line = path.split_once("GAD[").and_then(|(_, rest)| rest.split_once(']'));
    let line = line.and_then(|(number, _)| number.parse().ok());
    Refusal { number: below(node, "Number"), text: below(node, "Text"), path, line }
}
