use types::Timestamp;

use super::{day, line};
use crate::govtalk::*;
use crate::r68::*;

fn sender() -> Sender {
    Sender {
        sender_id: "GIFTAIDCHAR".to_owned(),
        password: "geheim&<".to_owned(),
        vendor_id: "9998".to_owned(),
        product: ("Aruuri".to_owned(), "1.0".to_owned()),
        service: Service::Live,
    }
}

fn submission() -> Submission {
    let repayment = Repayment {
        gifts: vec![line(1, ["Mrs", "Ada", "Lovelace", "12", "SW1A 1AA"], "2026-05-01", 25)],
        earliest: Some(day("2026-05-01")),
        ..Repayment::default()
    };
    let claim = Claim {
        org_name: "Aruuri".to_owned(),
        hmrc_ref: "XR4010".to_owned(),
        regulator: None,
        repayment: Some(repayment),
        small_donations: None,
        other_info: None,
    };
    let signatory =
        Signatory::Agency { agent_no: "12345678901234".to_owned(), claim_no: "1".to_owned() };
    Submission { period_end: day("2026-05-01"), signatory, claim }
}

fn texts(xml: &str, name: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(xml).unwrap();
    let named = document.descendants().filter(|node| node.tag_name().name() == name);
    named.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_claim_goes_out_with_its_mark_our_number_and_the_sender() {
    let at: Timestamp = "2026-11-22T09:30:00Z".parse().unwrap();

    let xml = submit(&submission(), &sender(), "0A1B", at);

    let of = |name| texts(&xml, name);
    assert_eq!((of("Class"), of("Qualifier")), (vec![CLASS.into()], vec!["request".into()]));
    assert_eq!((of("Function"), of("TransactionID")), (vec!["submit".into()], vec!["0A1B".into()]));
    assert_eq!(
        (of("SenderID"), of("Value")),
        (vec!["GIFTAIDCHAR".into()], vec!["geheim&<".into()])
    );
    assert_eq!(of("URI"), ["9998"]);
    assert_eq!(
        of("Key"),
        ["XR4010", "XR4010"],
        "the envelope names the charity that the claim names"
    );
    assert_eq!(of("IRmark"), [submission().irmark().base64()]);
    assert_eq!(of("GatewayTimestamp"), ["2026-11-22T09:30:00.000Z"]);
    assert_eq!(of("GatewayTest"), Vec::<String>::new());
    let tested = submit(&submission(), &Sender { service: Service::Test, ..sender() }, "0A1B", at);
    assert_eq!(texts(&tested, "GatewayTest"), ["1"]);
}

#[test]
fn polls_deletions_and_lists_name_what_they_ask_for() {
    let polled = poll("A19F", &sender());
    assert_eq!(
        (texts(&polled, "Qualifier")[0].as_str(), texts(&polled, "CorrelationID")[0].as_str()),
        ("poll", "A19F")
    );
    assert_eq!(texts(&delete("A19F", &sender()), "Function"), ["delete"]);
    let listed = list(day("2026-11-01"), day("2026-11-22"), &sender());
    assert_eq!(
        (texts(&listed, "StartDate"), texts(&listed, "EndDate")),
        (vec!["01/11/2026".into()], vec!["22/11/2026".into()])
    );
}

#[test]
fn a_password_is_never_shown() {
    assert!(!format!("{:?}", sender()).contains("geheim"));
}

/// An answer with these details, errors and body.
fn answer(qualifier: &str, function: &str, details: &str, rest: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><GovTalkMessage xmlns=\"http://www.govtalk.gov.uk/CM/envelope\"><EnvelopeVersion>2.0</EnvelopeVersion>\
         <Header><MessageDetails><Class>{CLASS}</Class><Qualifier>{qualifier}</Qualifier><Function>{function}</Function>\
         {details}</MessageDetails><SenderDetails/></Header><GovTalkDetails><Keys/>{rest}</GovTalkDetails><Body>{body}</Body></GovTalkMessage>"
    )
}

fn error(kind: &str, body: &str) -> String {
    let error = format!(
        "<GovTalkErrors><Error><RaisedBy>ChRIS</RaisedBy><Number>3001</Number><Type>{kind}</Type><Text>No.</Text></Error></GovTalkErrors>"
    );
    answer("error", "submit", "<CorrelationID>A19F</CorrelationID>", &error, body)
}

#[test]
fn an_acknowledgement_says_where_and_when_to_ask() {
    let details = "<TransactionID></TransactionID><CorrelationID>A19F</CorrelationID><ResponseEndPoint PollInterval=\"10\">https://example.org/poll</ResponseEndPoint>";

    let read = read(&answer("acknowledgement", "submit", details, "", "")).unwrap();

    let endpoint = Some("https://example.org/poll".to_owned());
    let correlation_id = "A19F".to_owned();
    assert_eq!(read, Answer::Acknowledged { correlation_id, endpoint, poll_after_s: 10 });
}

#[test]
fn a_refusal_names_the_lines_it_is_about() {
    let at = |line: u32| {
        format!(
            "<Error><Number>4065</Number><Type>schema</Type><Text>Invalid content found at element 'Sur'</Text>\
             <Location>/hd:GovTalkMessage[1]/hd:Body[1]/r68:R68[1]/r68:Claim[1]/r68:Repayment[1]/r68:GAD[{line}]/r68:Donor[1]/r68:Sur[1]</Location></Error>"
        )
    };
    let body = format!(
        "<ErrorResponse xmlns=\"http://www.govtalk.gov.uk/CM/errorresponse\">{}{}</ErrorResponse>",
        at(7),
        at(12)
    );

    let read = read(&error("business", &body)).unwrap();

    let Answer::Rejected { correlation_id, errors } = read else { panic!("{read:?}") };
    assert_eq!(correlation_id, "A19F");
    let lines: Vec<_> = errors.iter().map(|error| (error.number.as_str(), error.line)).collect();
    assert_eq!(lines, [("4065", Some(7)), ("4065", Some(12))]);
    assert!(errors[0].path.ends_with("r68:Sur[1]"));
}

#[test]
fn a_refusal_without_lines_is_about_the_claim() {
    let read = read(&error("business", "")).unwrap();

    let Answer::Rejected { errors, .. } = read else { panic!("{read:?}") };
    assert_eq!((errors[0].number.as_str(), errors[0].line), ("3001", None));
}

#[test]
fn what_was_not_read_differs_from_what_was_refused() {
    assert!(matches!(read(&error("fatal", "")).unwrap(), Answer::Refused(_)));
    assert!(matches!(read(&error("recoverable", "")).unwrap(), Answer::Busy(_)));
}

#[test]
fn success_keeps_the_receipt() {
    let body = "<SuccessResponse xmlns=\"http://www.inlandrevenue.gov.uk/SuccessResponse\"><IRmarkReceipt><Message code=\"0000\">HMRC has received it.</Message></IRmarkReceipt><Message code=\"077001\">Thank you for your submission</Message></SuccessResponse>";
    let details = "<CorrelationID>A19F</CorrelationID>";

    let read = read(&answer("response", "submit", details, "", body)).unwrap();

    let message = "HMRC has received it.\nThank you for your submission".to_owned();
    assert_eq!(read, Answer::Accepted { correlation_id: "A19F".to_owned(), message });
}

#[test]
fn a_list_finds_a_submission_by_our_number() {
    let body = "<StatusReport><StatusRecord><TimeStamp>14/08/2026 14:34:47</TimeStamp><CorrelationID>723F</CorrelationID><TransactionID>0A1B</TransactionID><Status>SUBMISSION_RESPONSE</Status></StatusRecord></StatusReport>";

    let read = read(&answer("response", "list", "", "", body)).unwrap();

    let Answer::Known(records) = read else { panic!("{read:?}") };
    assert_eq!(
        (records[0].correlation_id.as_str(), records[0].transaction_id.as_str()),
        ("723F", "0A1B")
    );
    assert_eq!(records[0].status, "SUBMISSION_RESPONSE");
}

#[test]
fn what_cannot_be_read_is_no_answer() {
    let no_id = answer("acknowledgement", "submit", "", "", "");
    let strange = answer("maybe", "submit", "", "", "");
    for text in ["", "Service Unavailable", "<html><body>Sorry</body></html>", &no_id, &strange] {
        assert!(read(text).is_err(), "{text}");
    }
}
