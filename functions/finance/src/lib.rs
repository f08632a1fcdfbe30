//! The finance domain: who gives, what was given, and the books that it is posted to.
pub mod allocations;
pub mod bank_accounts;
pub mod bank_lines;
pub mod bank_statements;
pub mod books;
pub mod contributions;
pub mod contributors;
pub mod conversions;
pub mod disbursements;
pub mod events;
pub mod gift_aid;
pub mod grants;
pub mod invoices;
pub mod jobs;
pub mod lines;
pub mod mandates;
pub mod partner_bank_accounts;
mod posting;
pub mod processors;
pub mod products;
pub mod quotes;
pub mod ready;
pub mod reconciliations;
pub mod refunds;
pub mod sellers;
pub mod sql;
pub mod webhooks;

/// Every route of this domain.
pub const ROUTES: &[&api::Route] = api::routes![
    ready::ROUTE,
    contributors::list::ROUTE,
    contributors::find::ROUTE,
    contributors::create::ROUTE,
    contributors::update::ROUTE,
    contributors::delete::ROUTE,
    contributors::restore::ROUTE,
    contributors::erase::ROUTE,
    contributors::annual_statement::ROUTE,
    contributors::find_tax_identity::ROUTE,
    contributors::set_tax_identity::ROUTE,
    contributions::list::ROUTE,
    contributions::find::ROUTE,
    contributions::create::ROUTE,
    books::trial_balance::ROUTE,
    books::accounts::list::ROUTE,
    books::accounts::find::ROUTE,
    books::accounts::entries::ROUTE,
    books::accounts::create::ROUTE,
    books::accounts::close::ROUTE,
    books::funds::list::ROUTE,
    books::funds::find::ROUTE,
    books::funds::statement::ROUTE,
    books::funds::create::ROUTE,
    books::funds::close::ROUTE,
    books::journals::list::ROUTE,
    books::journals::find::ROUTE,
    books::journals::create::ROUTE,
    books::journals::reverse::ROUTE,
    books::proposals::list::ROUTE,
    books::proposals::find::ROUTE,
    books::proposals::approve::ROUTE,
    books::proposals::reject::ROUTE,
    books::periods::list::ROUTE,
    books::periods::close::ROUTE,
    books::invariants::ROUTE,
    books::chain::find::ROUTE,
    books::chain::verify::ROUTE,
    refunds::list::ROUTE,
    refunds::create::ROUTE,
    webhooks::receive::ROUTE,
    webhooks::list::ROUTE,
    webhooks::retry::ROUTE,
    processors::disputes::ROUTE,
    processors::payouts::ROUTE,
    processors::fees::ROUTE,
    processors::balances::ROUTE,
    processors::record_balance::ROUTE,
    bank_accounts::list::ROUTE,
    bank_accounts::create::ROUTE,
    bank_accounts::close::ROUTE,
    bank_statements::list::ROUTE,
    bank_statements::find::ROUTE,
    bank_statements::create::ROUTE,
    bank_lines::list::ROUTE,
    bank_lines::find::ROUTE,
    bank_lines::match_line::ROUTE,
    bank_lines::ignore::ROUTE,
    bank_lines::reopen::ROUTE,
    reconciliations::ROUTE,
    allocations::list::ROUTE,
    allocations::find::ROUTE,
    allocations::create::ROUTE,
    allocations::reverse::ROUTE,
    partner_bank_accounts::list::ROUTE,
    partner_bank_accounts::create::ROUTE,
    partner_bank_accounts::verify::ROUTE,
    partner_bank_accounts::retire::ROUTE,
    disbursements::list::ROUTE,
    disbursements::find::ROUTE,
    disbursements::create::ROUTE,
    disbursements::approve::ROUTE,
    disbursements::send::ROUTE,
    disbursements::confirm::ROUTE,
    disbursements::fail::ROUTE,
    disbursements::withdraw::ROUTE,
    partner_bank_accounts::read_details::ROUTE,
    conversions::list::ROUTE,
    conversions::find::ROUTE,
    conversions::create::ROUTE,
    grants::list::ROUTE,
    grants::find::ROUTE,
    grants::create::ROUTE,
    grants::receive::ROUTE,
    grants::withdraw::ROUTE,
    grants::write_off::ROUTE,
    grants::claw_back::ROUTE,
    grants::repay::ROUTE,
    gift_aid::wordings::ROUTE,
    gift_aid::declarations::create::ROUTE,
    gift_aid::declarations::find::ROUTE,
    gift_aid::declarations::cancel::ROUTE,
    gift_aid::eligibility::ROUTE,
    gift_aid::claims::list::ROUTE,
    gift_aid::claims::find::ROUTE,
    gift_aid::claims::create::ROUTE,
    gift_aid::claims::validate::ROUTE,
    gift_aid::claims::submit::ROUTE,
    gift_aid::claims::poll::ROUTE,
    gift_aid::claims::receive::ROUTE,
    gift_aid::claims::withdraw::ROUTE,
    gift_aid::claims::export::ROUTE,
    gift_aid::audit::ROUTE,
    gift_aid::collections::ROUTE,
    gift_aid::small_donations::ROUTE,
    gift_aid::claims::small_donations::ROUTE,
    mandates::list::ROUTE,
    mandates::find::ROUTE,
    mandates::create::ROUTE,
    mandates::activate::ROUTE,
    mandates::pause::ROUTE,
    mandates::resume::ROUTE,
    mandates::cancel::ROUTE,
    products::list::ROUTE,
    products::find::ROUTE,
    products::create::ROUTE,
    products::update::ROUTE,
    products::delete::ROUTE,
    products::restore::ROUTE,
    sellers::list::ROUTE,
    sellers::create::ROUTE,
    quotes::list::ROUTE,
    quotes::find::ROUTE,
    quotes::create::ROUTE,
    quotes::update::ROUTE,
    quotes::send::ROUTE,
    quotes::accept::ROUTE,
    quotes::decline::ROUTE,
    quotes::withdraw::ROUTE,
    quotes::convert::ROUTE,
    invoices::list::ROUTE,
    invoices::find::ROUTE,
    invoices::create::ROUTE,
    invoices::update::ROUTE,
    invoices::issue::ROUTE,
    invoices::pay::ROUTE,
    invoices::void::ROUTE,
    invoices::write_off::ROUTE,
    invoices::credit::ROUTE,
    invoices::document::ROUTE,
];

/// Every job of this domain.
pub const JOBS: &[&api::Job] = api::jobs![
    jobs::fold_balances::JOB,
    jobs::accrue_gift_aid::JOB,
    jobs::poll_hmrc::JOB,
    jobs::seal_journals::JOB,
    jobs::anchor_chain::JOB,
    jobs::check_invariants::JOB,
    jobs::purge_keys::JOB,
    jobs::reconcile_bank::JOB,
    jobs::reconcile_processor::JOB,
    jobs::process_webhooks::JOB,
    jobs::seal_audit::JOB,
    jobs::end_terms::JOB,
    jobs::collect_mandates::JOB,
    jobs::relay_events::JOB,
    jobs::take_events::JOB,
];

#[cfg(test)]
mod tests;
