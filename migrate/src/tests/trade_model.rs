//! What the tables of trade refuse: documents that stay, numbers without gaps, sums that are right.

use tokio_postgres::Client;

use super::cases::{done, refused};
use super::finance_model::{JOURNALS, OK, walk};
use super::support::{Database, KINDS, breaks, value, values};

/// A quote (#10), an invoice of ours (#20), one of a supplier (#30), all in drafts with one line of 3 x 333 pence + 20 %.
const DRAFTS: &str = "
    insert into trade.quotes (id, customer_ref, customer, currency, net_minor, tax_minor, total_minor, valid_until)
    values (#10, #1, '{\"name\": \"a\"}', 'GBP', 999, 200, 1199, '2026-12-31');
    insert into trade.quote_lines (id, quote_id, position, description, quantity, unit_price_minor, net_minor, tax_code, tax_bp, tax_minor)
    values (#11, #10, 1, 'a', 3, 333, 999, 'GB_STANDARD', 2000, 200);
    insert into trade.issued_invoices (id, customer_ref, customer, seller, currency, net_minor, tax_minor, total_minor, created_by)
    values (#20, #1, '{\"name\": \"a\"}', '{\"name\": \"b\"}', 'GBP', 999, 200, 1199, #70);
    insert into trade.issued_invoice_lines (id, invoice_id, position, description, quantity, unit_price_minor, net_minor, tax_code, tax_bp, tax_minor)
    values (#21, #20, 1, 'a', 3, 333, 999, 'GB_STANDARD', 2000, 200);
    insert into trade.captured_invoices (id, supplier_ref, supplier_name, supplier_number, file_ref, file_sha256, invoiced_on,
      received_on, due_on, currency, net_minor, tax_minor, total_minor)
    values (#30, #2, 'b', '17', #3, sha256('a'), '2026-11-01', '2026-11-02', '2026-12-01', 'GBP', 999, 200, 1199);
    insert into trade.captured_invoice_lines (id, invoice_id, position, description, quantity, unit_price_minor, net_minor, tax_code, tax_bp, tax_minor)
    values (#31, #30, 1, 'a', 3, 333, 999, 'GB_STANDARD', 2000, 200);";

async fn drafts() -> (Database, Client) {
    let database = Database::migrated("finance").await;
    let (owner, app) = (database.owner().await, database.app().await);
    done(&owner, KINDS).await;
    done(&owner, JOURNALS).await;
    done(&app, DRAFTS).await;
    (database, app)
}

/// What takes invoice #20 from the draft to the customer.
const SEND: [&str; 3] = [
    "update trade.issued_invoices set status = 'pending_approval' where id = #20",
    "update trade.issued_invoices set status = 'approved', approved_by = #71, approved_at = now() where id = #20",
    "update trade.issued_invoices set status = 'sent', claim_status = 'open', due_on = '2026-11-05', journal_id = #901 where id = #20",
];

#[tokio::test]
async fn a_sent_quote_is_the_sum_of_its_lines_and_stays_as_it_was_sent() {
    let (_database, app) = drafts().await;
    let send = "update trade.quotes set status = 'sent' where id = #10";
    let line = |position: u8, net: i32, tax: i32| {
        format!(
            "insert into trade.quote_lines (quote_id, position, description, quantity, unit_price_minor, discount_bp, net_minor, tax_code, tax_bp, tax_minor)
             values (#10, {position}, 'b', 1.5, 101, 1000, {net}, 'GB_REDUCED', 500, {tax})"
        )
    };
    walk(
        &app,
        &[
            // 1.5 x 101 less 10 % is 136.35, of which 5 % is 6.8.
            (&line(2, 137, 7), "quote_lines_net_minor_right"),
            (&line(2, 136, 6), "quote_lines_tax_minor_right"),
            (&line(2, 136, 7), OK),
            (send, "quotes_total"),
            ("update trade.quotes set net_minor = 1135, tax_minor = 207 where id = #10", "quotes_total_minor_right"),
            ("update trade.quotes set net_minor = 1135, tax_minor = 207, total_minor = 1342 where id = #10", OK),
            (send, OK),
            (&line(3, 136, 7), "quote_lines_quote_state"),
            ("update trade.quote_lines set deleted_at = now() where id = #11", "quote_lines_quote_state"),
            ("update trade.quotes set total_minor = 1 where id = #10", "quotes_frozen"),
            ("update trade.quotes set deleted_at = now() where id = #10", "quotes_frozen"),
            ("update trade.quotes set status = 'accepted' where id = #10", "quotes_accepted_whole"),
            ("update trade.quotes set status = 'accepted', accepted_at = now(), accepted_by = #1 where id = #10", OK),
            ("update trade.quotes set status = 'declined' where id = #10", "quotes_status_transition"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_customer_can_accept_one_quote_of_a_series() {
    let (_database, app) = drafts().await;
    done(&app, "update trade.quotes set status = 'sent' where id = #10").await;
    let replace = |id: &str| {
        format!(
            "insert into trade.quotes (id, customer_ref, customer, currency, net_minor, tax_minor, total_minor, valid_until, replaces_id)
             values ({id}, #1, '{{}}', 'GBP', 999, 200, 1199, '2026-12-31', #10);
             insert into trade.quote_lines (quote_id, position, description, quantity, unit_price_minor, net_minor, tax_code, tax_bp, tax_minor)
             values ({id}, 1, 'a', 3, 333, 999, 'GB_STANDARD', 2000, 200)"
        )
    };
    let send = |id: &str| format!("update trade.quotes set status = 'sent' where id = {id}");
    walk(
        &app,
        &[
            (&replace("#12"), OK),
            (&replace("#13"), OK),
            (&send("#12"), "quotes_replaces_done"),
            ("update trade.quotes set status = 'superseded' where id = #10", OK),
            (&send("#12"), OK),
            (&send("#13"), "quotes_replaces_id_key"),
        ],
    )
    .await;
}

#[tokio::test]
async fn numbers_have_no_gaps_whatever_fails_on_the_way() {
    let (database, app) = drafts().await;
    let year: i32 =
        value(&app, "select extract(year from now() at time zone 'Europe/London')::int").await;
    done(&app, SEND[0]).await;
    done(&app, SEND[1]).await;
    let send = SEND[2];
    // What is rolled back takes no number, nor does what is refused.
    done(&app, &format!("begin; {send}; rollback")).await;
    refused(&app, &send.replace("#901", "null"), "issued_invoices_sent_is_posted").await;
    // Nobody chooses one.
    done(
        &app,
        &send
            .replace("set status", "set number = 'INV-1', serial = 7, series = 'INV-1999', status"),
    )
    .await;
    for n in [22_u8, 23] {
        let copy = "insert into trade.issued_invoices (id, customer_ref, customer, seller, currency, net_minor, tax_minor, total_minor, created_by, number)
            values (#22, #1, '{}', '{}', 'GBP', 999, 200, 1199, #70, 'INV-9');
            insert into trade.issued_invoice_lines (invoice_id, position, description, quantity, unit_price_minor, net_minor, tax_code, tax_bp, tax_minor)
            values (#22, 1, 'a', 3, 333, 999, 'GB_STANDARD', 2000, 200);";
        let sql = format!("{copy}; {}", SEND.join(";"))
            .replace("#20", "#22")
            .replace("#901", &format!("#9{n}"));
        done(&app, &sql.replace("#22", &format!("#{n}"))).await;
    }

    let numbers: Vec<String> =
        values(&app, "select number from trade.issued_invoices order by serial").await;
    assert_eq!(numbers, [1, 2, 3].map(|n| format!("INV-{year}-0000{n}")));
    refused(&app, "update ledger.number_series set next = 9", "").await;
    let owner = database.owner().await;
    for sql in
        ["update ledger.number_series set next = next + 2", "delete from ledger.number_series"]
    {
        refused(&owner, sql, "").await;
    }
    // Rows written past the functions have nothing in the books.
    let mut broken = breaks(&owner).await;
    broken.retain(|what| !what.starts_with("I21 "));
    assert_eq!(broken, Vec::<String>::new());
}

#[tokio::test]
async fn a_sent_invoice_never_changes_and_is_approved_by_somebody_else() {
    let (_database, app) = drafts().await;
    walk(
        &app,
        &[
            (SEND[2], "issued_invoices_status_transition"),
            ("update trade.issued_invoices set tax_minor = 199, total_minor = 1198", OK),
            (SEND[0], "issued_invoices_total"),
            ("update trade.issued_invoices set tax_minor = 200, total_minor = 1199", OK),
            (SEND[0], OK),
            (
                "update trade.issued_invoice_lines set description = 'b'",
                "issued_invoice_lines_invoice_state",
            ),
            ("update trade.issued_invoices set customer = '{}'", "issued_invoices_frozen"),
            (&SEND[1].replace("#71", "#70"), "issued_invoices_four_eyes"),
            ("update trade.issued_invoices set created_by = #72", "issued_invoices_frozen"),
            (SEND[1], OK),
            (SEND[2], OK),
            ("update trade.issued_invoices set due_on = '2027-01-01'", "issued_invoices_frozen"),
            ("update trade.issued_invoices set deleted_at = now()", "issued_invoices_frozen"),
            (
                "update trade.issued_invoices set status = 'cancelled'",
                "issued_invoices_status_transition",
            ),
            ("update trade.issued_invoices set claim_status = 'overdue'", OK),
            (
                "update trade.issued_invoices set claim_status = 'none'",
                "issued_invoices_claim_status_transition",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn no_more_is_paid_or_credited_than_an_invoice_asks_for() {
    let (_database, app) = drafts().await;
    let pay = |amount: i32, discount: u32, journal: &str| {
        format!(
            "insert into trade.invoice_payments (invoice_id, amount_minor, discount_minor, paid_on, method, journal_id)
             values (#20, {amount}, {discount}, '2026-11-21', 'bank_transfer', {journal})"
        )
    };
    let credit = |id: &str, currency: &str| {
        format!(
            "insert into trade.credit_notes (id, invoice_id, reason, currency, net_minor, tax_minor, total_minor)
             values ({id}, #20, 'a', '{currency}', 500, 100, 600);
             insert into trade.credit_note_lines (credit_note_id, position, description, quantity, unit_price_minor, net_minor, tax_code, tax_bp, tax_minor)
             values ({id}, 1, 'a', 1, 500, 500, 'GB_STANDARD', 2000, 100)"
        )
    };
    let issue = |id: &str, journal: &str| {
        format!(
            "update trade.credit_notes set status = 'issued', journal_id = {journal} where id = {id}"
        )
    };
    walk(&app, &[(&pay(1, 0, "#902"), "invoice_payments_invoice_state")]).await;
    done(&app, &SEND.join(";")).await;
    walk(
        &app,
        &[
            (&pay(1200, 0, "#902"), "invoice_payments_invoice_total"),
            (&pay(1100, 100, "#902"), "invoice_payments_invoice_total"),
            (&pay(-1, 0, "#902"), "invoice_payments_invoice_total"),
            (&pay(500, 10, "#902"), OK),
            (&pay(690, 0, "#903"), "invoice_payments_invoice_total"),
            (&credit("#41", "GBP"), OK),
            (&issue("#41", "null"), "credit_notes_issued_is_posted"),
            (&issue("#41", "#904"), OK),
            (&pay(90, 0, "#903"), "invoice_payments_invoice_total"),
            (&pay(89, 0, "#903"), OK),
            (&credit("#42", "GBP"), OK),
            (&issue("#42", "#905"), "credit_notes_invoice_total"),
            (&credit("#43", "EUR"), OK),
            (&issue("#43", "#906"), "credit_notes_currency_of_invoice"),
            ("update trade.credit_notes set reason = 'b' where id = #41", "credit_notes_frozen"),
            ("update trade.invoice_payments set amount_minor = 1", ""),
        ],
    )
    .await;
}

#[tokio::test]
async fn reminders_come_in_order_and_stop_when_asked() {
    let (_database, app) = drafts().await;
    done(&app, &SEND.join(";")).await;
    let rule = |id: &str, level: u8| {
        format!(
            "insert into trade.dunning_rules (id, level, days_overdue, currency, payment_days, subject, body)
             values ({id}, {level}, 7, 'GBP', 14, #t, #t)"
        )
    };
    let notice = |rule: &str, level: u8| {
        format!(
            "insert into trade.dunning_notices (invoice_id, rule_id, level, open_minor, due_on, channel)
             values (#20, {rule}, {level}, 1199, '2026-12-24', 'email')"
        )
    };
    walk(
        &app,
        &[
            (&rule("#51", 1), OK),
            (&rule("#52", 1), "dunning_rules_level_key"),
            (&rule("#52", 2), OK),
            (&notice("#51", 1), "dunning_notices_overdue"),
            ("update trade.issued_invoices set claim_status = 'overdue'", OK),
            (&notice("#52", 2), "dunning_notices_order"),
            (&notice("#51", 1), OK),
            (&notice("#51", 1), "dunning_notices_level_key"),
            ("insert into trade.dunning_stops (invoice_id, reason) values (#20, 'a')", OK),
            (&notice("#52", 2), "dunning_notices_stopped"),
            ("update trade.dunning_stops set lifted_at = now()", "dunning_stops_lifted_whole"),
            ("update trade.dunning_stops set lifted_at = now(), lifted_by = #70", OK),
            (&notice("#52", 2), OK),
            ("update trade.dunning_stops set reason = 'b'", "dunning_stops_frozen"),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_invoice_of_a_supplier_is_captured_once_checked_and_booked_by_two() {
    let (_database, app) = drafts().await;
    let check = "update trade.captured_invoices set status = 'checked', checked_by = #71, checked_at = now()";
    let book = |who: &str| {
        format!(
            "update trade.captured_invoices set status = 'booked', booked_by = {who}, booked_at = now(), journal_id = #901"
        )
    };
    let again = |number: &str, file: &str| {
        format!(
            "insert into trade.captured_invoices (supplier_ref, supplier_name, supplier_number, file_ref, file_sha256,
               invoiced_on, received_on, due_on, currency)
             values (#2, 'b', '{number}', #3, sha256('{file}'), '2026-11-01', '2026-11-02', '2026-12-01', 'GBP')"
        )
    };
    let pay = |amount: u32, journal: &str| {
        format!(
            "insert into trade.captured_invoice_payments (invoice_id, amount_minor, paid_on, journal_id)
             values (#30, {amount}, '2026-11-21', {journal})"
        )
    };
    let allocate = |amount: u32| {
        format!(
            "insert into trade.captured_invoice_allocations (invoice_id, application_ref, amount_minor, created_by) values (#30, #4, {amount}, #70)"
        )
    };
    walk(
        &app,
        &[
            (&again("17", "b"), "captured_invoices_supplier_number_key"),
            (&again("18", "a"), "captured_invoices_file_sha256_key"),
            (&pay(1, "#902"), "captured_invoice_payments_invoice_state"),
            (&allocate(1200), "captured_invoice_allocations_total"),
            (&allocate(1199), OK),
            (&allocate(1), "captured_invoice_allocations_total"),
            ("update trade.captured_invoice_allocations set status = 'approved', approved_by = #70, approved_at = now()", "captured_invoice_allocations_four_eyes"),
            ("update trade.captured_invoices set net_minor = 998, total_minor = 1198", OK),
            (check, "captured_invoices_total"),
            ("update trade.captured_invoices set net_minor = 999, total_minor = 1199", OK),
            (check, OK),
            ("update trade.captured_invoices set supplier_name = 'c'", "captured_invoices_frozen"),
            (&book("#71"), "captured_invoices_four_eyes"),
            (&book("#72"), OK),
            (&pay(1200, "#902"), "captured_invoice_payments_total"),
            (&pay(1199, "#902"), OK),
            (&pay(1, "#903"), "captured_invoice_payments_total"),
        ],
    )
    .await;
    let sides: Vec<String> =
        values(&app, "select direction || ' ' || claim_status from trade.invoices order by 1")
            .await;
    assert_eq!(sides, ["captured open", "issued none"]);
}

#[tokio::test]
async fn a_bundle_is_never_in_itself_and_what_it_is_made_of_stays() {
    let (database, app) = drafts().await;
    let product = |id: &str, key: &str, bundle: bool| {
        format!(
            "insert into trade.products (id, key, short_name, label, category, actor, list_price_minor, currency, tax_code, is_bundle)
             values ({id}, '{key}', 'a', #t, 'heating', 'partner', 1, 'GBP', 'GB_ZERO', {bundle});"
        )
    };
    let part = |bundle: &str, of: &str, position: u8| {
        format!(
            "insert into trade.bundle_items (bundle_id, product_id, quantity, position) values ({bundle}, {of}, 1, {position})"
        )
    };
    done(
        &app,
        &[("#61", "a", true), ("#62", "b", false), ("#63", "c", true), ("#64", "d", false)]
            .map(|(id, key, bundle)| product(id, key, bundle))
            .concat(),
    )
    .await;
    walk(
        &app,
        &[
            (&product("#65", "a", true), "products_key_key"),
            (&part("#64", "#61", 1), "bundle_items_of_bundle"),
            (&part("#61", "#61", 1), "bundle_items_product_acyclic"),
            (&part("#61", "#62", 1), OK),
            (&part("#61", "#63", 2), "bundle_items_of_products"),
            (
                "update trade.products set is_bundle = true where id = #62",
                "bundle_items_of_products",
            ),
            ("update trade.products set currency = 'EUR' where id = #64", OK),
            (&part("#63", "#64", 1), "bundle_items_currency"),
            ("update trade.products set currency = 'GBP' where id = #64", OK),
            (&part("#63", "#64", 1), OK),
            (&part("#61", "#62", 2), "bundle_items_product_id_key"),
            (
                "update trade.products set deleted_at = now() where id = #64",
                "bundle_items_product_id_fkey",
            ),
            ("update trade.bundle_items set deleted_at = now() where product_id = #64", OK),
            ("update trade.products set deleted_at = now() where id = #64", OK),
            (&part("#63", "#64", 2), "bundle_items_product_id_fkey"),
        ],
    )
    .await;
    // A product becomes a part and a bundle at once: one of them waits and is refused.
    let two = database.app().await;
    done(&app, "update trade.bundle_items set deleted_at = now()").await;
    done(&app, &format!("begin; {}", part("#61", "#62", 1))).await;
    let becomes = "update trade.products set is_bundle = true where id = #62";
    let waiting =
        tokio::spawn(async move { refused(&two, becomes, "bundle_items_of_products").await });
    tokio::task::yield_now().await;
    done(&app, "commit").await;
    waiting.await.unwrap();
}
