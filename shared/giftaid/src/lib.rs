//! UK Gift Aid: who may claim what, until when, and how a claim is written down for the tax office.
//!
//! Pure: no database, no clock, no network. What "today" is, and what is known of a gift, is passed in.
//!
//! | question | module |
//! |---|---|
//! | may this gift be claimed, and if not, why not | [`eligibility`], [`declaration`], [`benefit`] |
//! | how much is it worth, until when can it be claimed | [`tax`], [`limits`] |
//! | how must a name, a postcode, an amount be written | [`text`], [`fields`] |
//! | the schedule that Charities Online takes | [`schedule`] |
//! | the XML claim, its rules and its IRmark | [`r68`], [`rules`] |
//! | the envelope around it, and what comes back | [`govtalk`] |
//!
//! Sources are named beside each rule; those of the tax office were read in August 2026.

pub mod benefit;
pub mod declaration;
pub mod eligibility;
pub mod fields;
pub mod govtalk;
pub mod limits;
mod ods;
pub mod r68;
pub mod rules;
pub mod schedule;
pub mod tax;
pub mod text;
mod xml;
mod zip;

#[cfg(test)]
mod tests;
