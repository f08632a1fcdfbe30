//! After an erasure no column holds a word about the person: proven by looking everywhere.
use db::Domain;
use serde_json::json;
use testdb::{App, Call};

use crate::contacts::{create, erase, merge};

/// The person, and somebody who was merged into them.
const KIM: &str = "00000000-0000-4000-8000-0000000000c1";
const TWIN: &str = "00000000-0000-4000-8000-0000000000c2";

/// A word, a number and an address that are nowhere else.
const MARKS: &str = "zanzibar|960999|203\\.0\\.113\\.99";

/// Columns that hold words and are not about a person, or cannot be; everything else must have been marked.
const EXCEPT: &[(&str, &str)] = &[
    ("party.contacts.country", "two letters; null afterwards"),
    ("party.contact_merges.moved", "counts of rows"),
    ("party.contact_consents.purpose", "that there was a consent stays, and what for"),
    ("party.contact_consents.wording", "what everybody was shown"),
    ("party.contact_consents.wording_version", "as the wording"),
    ("identity.user_secrets.password_hash", "the row is deleted"),
    ("identity.user_secrets.totp_key_id", "the row is deleted"),
    ("identity.verification_tokens.password_hash", "the row is deleted"),
    ("identity.api_tokens.scopes", "codes of permissions"),
    ("identity.api_tokens.token_prefix", "made up"),
    ("storage.file_links.role", "a code"),
    ("storage.file_uploads.media_types", "media types"),
    ("storage.files.media_type", "a media type"),
    ("storage.files.storage_key", "made up; whoever deletes the bytes needs it"),
    ("storage.file_renditions.media_type", "a media type"),
    ("storage.file_renditions.storage_key", "made up; the row is deleted"),
    ("automation.workflow_transition_log.from_status", "a state"),
    ("automation.workflow_transition_log.to_status", "a state"),
];

/// Tables that hang on a contact: those that refer to contacts, or to what refers to them, or have a subject; without what
/// staff wrote for everybody (forms and templates name who published them).
const REACHABLE: &str = "with recursive t (oid) as (
    select 'party.contacts'::regclass::oid
    union select 'storage.files'::regclass::oid
    union select attrelid from pg_attribute a join pg_class c on c.oid = a.attrelid and c.relkind = 'r'
          where a.attname = 'subject_id'
    union
    select k.conrelid from t join pg_constraint k on k.confrelid = t.oid and k.contype = 'f'
    where k.conrelid not in ('automation.form_versions'::regclass, 'automation.workflow_template_versions'::regclass,
      'automation.workflow_template_tasks'::regclass)
  ), words as (
    select t.oid as tbl, a.attname as col
    from t
    join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    where format_type(a.atttypid, null) in ('text', 'jsonb', 'text[]', 'inet', 'platform.localized_text')
      -- A word out of a list says nothing.
      and not exists (
        select from pg_constraint k
        where k.conrelid = t.oid and k.contype = 'c' and k.conkey = array[a.attnum]
          and pg_get_constraintdef(k.oid) ~ '= ANY \\(+ARRAY')
  )";

/// How often the marks are in rows of `$table` of which `$what` is looked at.
fn hits(table: &str, what: &str) -> String {
    format!(
        "(xpath('/row/n/text()', query_to_xml(format(
           'select count(*) as n from %s as t where ({what})::text ~* ''{MARKS}''', {table}), false, true, '')))[1]::text::int"
    )
}

#[tokio::test]
async fn after_an_erasure_no_column_of_any_table_holds_a_word_about_the_person() {
    let app = App::new(Domain::Platform).await;
    let mut asked = Vec::new();
    for (id, name) in [(KIM, "Zanzibar"), (TWIN, "Zanzibar-Twin")] {
        let body = json!({
            "id": id, "title": "zanzibar", "first_name": "zanzibar", "last_name": name, "job_title": "zanzibar",
            "email": "zanzibar@example.org", "phone": "+44 1632 960999", "mobile": "+44 1632 960999", "street": "zanzibar",
            "house_number": "zanzibar", "postal_code": "zanzibar", "city": "zanzibar", "notes": "zanzibar",
            "source": "zanzibar",
        });
        let call = Call::role("employee").json(&body).header("idempotency-key", id);
        let made = app.call(&create::ROUTE, call.clone()).await;
        let again = app.call(&create::ROUTE, call.clone()).await;
        assert_eq!((made.status, again.status, again.body), (201, 201, made.body));
        asked.push(call);
    }
    let at = |id: &str, tag: &str| Call::role("admin").path(id).header("if-match", tag);
    let into = json!({ "into": KIM, "reason": "zanzibar" });
    let merged = app.call(&merge::ROUTE, at(TWIN, "\"1\"").json(&into)).await;
    assert_eq!(merged.status, 200, "{}", merged.body);
    app.execute(include_str!("forgetting.sql")).await;
    let version = format!("select version::text from party.contacts where id = '{KIM}'");
    let version = format!("\"{}\"", app.value(&version).await);
    // What was marked is what can be: a new column that holds words is marked, or excepted with a reason.
    let unmarked = format!(
        "{REACHABLE} select string_agg(w.tbl::regclass || '.' || w.col, E'\\n' order by 1)
         from words w where {} = 0",
        hits("w.tbl::regclass", "t.' || quote_ident(w.col) || '")
    );
    let unmarked = app.value(&unmarked).await;
    let mut unmarked: Vec<&str> = unmarked.lines().collect();
    let mut excepted: Vec<&str> = EXCEPT.iter().map(|(column, _)| *column).collect();
    unmarked.sort_unstable();
    excepted.sort_unstable();
    assert_eq!(unmarked, excepted);

    let erased = app.call(&erase::ROUTE, at(KIM, &version)).await;

    assert_eq!(erased.status, 200, "{}", erased.body);
    let left = format!(
        "select string_agg(c.oid::regclass::text, ' ')
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)' and {} > 0",
        hits("c.oid::regclass", "t")
    );
    assert_eq!(app.value(&left).await, "");
    assert_eq!(app.count("audit.verify_audit(1, 100000)").await, 0);
    // A repetition makes nobody anew, and is told nothing of who it was.
    for call in asked {
        let repeated = app.call(&create::ROUTE, call).await;
        assert_eq!((repeated.status, repeated.code()), (410, "forgotten"), "{}", repeated.body);
    }
    let country = format!(
        "select num_nonnulls(country, language, segment, classification)::text from party.contacts where id = '{KIM}'"
    );
    assert_eq!(app.value(&country).await, "0");
    // What finance holds too is kept; what nobody else holds is purged, and whoever has the bytes is told.
    let files = "select string_agg(storage_key || ' ' || status, ',' order by storage_key) from storage.files
                 where storage_key ~ '^forget'";
    assert_eq!(
        app.value(files).await,
        "forget-avatar purged,forget-own purged,forget-shared stored"
    );
    assert_eq!(
        app.count("platform.outbox_events where topic = 'platform.file.purged.v1'").await,
        2
    );
}

#[tokio::test]
async fn only_the_erasure_takes_words_out_of_rows_that_stay() {
    let app = App::new(Domain::Platform).await;
    app.execute(include_str!("forgetting.sql")).await;

    for change in [
        "update party.contact_consents set source_ip = null",
        "update audit.activity_logs set body = '{\"de\": \"x\", \"en\": \"x\"}'",
        "update storage.file_versions set note = null",
        "delete from party.contact_consents",
        "update automation.form_submissions set answers = '{}' where status = 'accepted'",
    ] {
        // An application may say that it forgets: it is not believed.
        let refused = app
            .value(&format!(
                "create temp table refusals (code text);
                 grant insert on refusals to platform_writer;
                 set aruuri.forgetting = 'on';
                 set role platform_writer;
                 do $try$ begin {change}; raise exception 'changed'; exception
                   when insufficient_privilege or check_violation then insert into refusals values (sqlstate); end $try$;
                 reset role;
                 select code from refusals;
                 drop table refusals"
            ))
            .await;
        assert!(["42501", "23514"].contains(&refused.as_str()), "{change}: {refused}");
    }
}

#[tokio::test]
async fn the_owner_is_refused_too_unless_it_forgets() {
    let app = App::empty(Domain::Platform).await;
    let asked = |setting: &str| {
        format!("{setting} set role platform_owner; select party.is_forgetting()::text")
    };

    assert_eq!(app.value(&asked("")).await, "false");
    assert_eq!(app.value(&asked("set aruuri.forgetting = 'on';")).await, "true");
}
